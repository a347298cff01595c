import { isIP } from 'node:net';
import { KmsError } from '../errors.js';
import { isLoopbackAddress, isRefusedAddress } from './refused-address.js';

const LONGEST = 1024;

/**
 * Where events may be sent: https, or http to this machine; nothing that must be kept secret in it.
 * @returns the URL in its normal form. @throws KmsError invalid-request
 */
export function readWebhookUrl(text: string): URL {
  if (text.length > LONGEST || !URL.canParse(text)) {
    throw refused(`a URL of at most ${LONGEST} characters, such as https://hooks.example/keystead`);
  }
  const url = new URL(text);
  const isHere = url.hostname === 'localhost' || isLoopbackHost(url);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)) {
    throw refused('https:// is needed; http:// only to localhost, 127.0.0.1 or [::1]');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('no user name and no password in it: the receiver knows us by the signature');
  }
  if (url.hash !== '') throw refused('no # in it: what comes after it is never sent');
  const host = hostOf(url);
  if (isIP(host) !== 0 && isRefusedAddress(host)) {
    throw refused('not a link-local, multicast, metadata or other special-purpose address');
  }
  return url;
}

/** The host without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function isLoopbackHost(url: URL): boolean {
  const host = hostOf(url);
  return isIP(host) !== 0 && isLoopbackAddress(host);
}

function refused(why: string): KmsError {
  return new KmsError('invalid-request', `url: ${why}`);
}
