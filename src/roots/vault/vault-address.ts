import { isIP } from 'node:net';
import { KmsError } from '../../errors.js';

/** Where a Transit key is. */
export interface VaultAddress {
  /** `https://host:port`, for requests and for the sentences of errors. */
  readonly endpoint: string;
  /** Path of the Transit engine, such as `transit` or `team/transit`. */
  readonly mount: string;
  readonly keyName: string;
  /** The key's identity without the host: `vault:<name>`. */
  readonly id: string;
}

const EXAMPLE = 'vault+https://vault.example.com:8200/transit/keystead';
// Transit takes word characters, with dots and hyphens inside (GenericNameRegex of Vault and OpenBao).
const SEGMENT = /^\w(?:[\w.-]*\w)?$/;
const LABEL = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Takes `vault+https://<host>[:port]/<mount>/<key>[?id=<label>]` apart. The identity is `vault:[<namespace>/]<mount>/<key>`,
 * so that a change of host name or load balancer changes nothing. To move between two servers that use the same mount and
 * key name, give one of them an identity of its own by `?id=`.
 * @throws KmsError invalid-setting; the sentence repeats nothing of the URI, which may hold a secret by mistake
 */
export function parseVaultAddress(uri: string, allowHttp: boolean, namespace?: string): VaultAddress {
  const url = parse(uri.slice('vault+'.length));
  if (!url?.hostname) refuse('is not a valid address');
  if (url.username !== '' || url.password !== '') {
    refuse('holds a user name or a password. Credentials have settings of their own: take them out and replace them');
  }
  if (url.hash !== '') refuse('has a part after #, which means nothing here');
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    refuse('would send keys and tokens in clear over the network. Use vault+https, or allow plain HTTP by its setting');
  }
  const label = labelOf(url.searchParams);
  const segments = url.pathname.split('/').slice(1);
  const keyName = segments.pop();
  if (keyName === undefined || segments.length === 0 || ![...segments, keyName].every((part) => SEGMENT.test(part))) {
    refuse('must name the mount of a Transit engine and a key in it');
  }
  const mount = segments.join('/');
  const name = namespace ? `${namespace.replace(/^\/|\/$/g, '')}/${mount}/${keyName}` : `${mount}/${keyName}`;
  return { endpoint: url.origin, mount, keyName, id: `vault:${label ?? name}` };
}

function labelOf(query: URLSearchParams): string | undefined {
  const [first, ...more] = [...query];
  if (!first) return undefined;
  const [name, label] = first;
  if (more.length > 0 || name !== 'id' || !LABEL.test(label)) {
    refuse('may have one parameter only: ?id=<label> of up to 64 lower-case letters, digits and hyphens');
  }
  return label;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}

function refuse(reason: string): never {
  throw new KmsError('invalid-setting', `The root key URI ${reason}. Example: ${EXAMPLE}`);
}
