import { X509Certificate, constants, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { KmsError } from '../../../errors.js';
import { ClientTrust } from './client-trust.js';
import type { TlsSettings } from './tls-settings.js';

/** What a server speaks TLS with, all of one moment. */
export interface TlsMaterial {
  readonly context: SecureContextOptions;
  /** Who vouches for clients; undefined: nobody is asked for a certificate. */
  readonly trust: ClientTrust | undefined;
  /** When the server's certificate ends, in milliseconds since 1970. */
  readonly endsAt: number;
  /** Changes with every byte of the files. */
  readonly digest: string;
}

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/** @throws KmsError invalid-setting, naming the file that cannot be read or does not fit */
export async function readTlsMaterial(settings: TlsSettings): Promise<TlsMaterial> {
  const cert = await read('KEYSTEAD_TLS_CERT', settings.cert);
  const key = await read('KEYSTEAD_TLS_KEY', settings.key);
  const ca = settings.clientCa === undefined ? undefined : await read('KEYSTEAD_TLS_CLIENT_CA', settings.clientCa);
  const crl = settings.crl === undefined ? undefined : await read('KEYSTEAD_TLS_CRL', settings.crl);
  const files = [cert, key, ca ?? '', crl ?? ''];
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('base64');
  const crls = crl === undefined ? [] : blocksOf(crl, 'X509 CRL', 'KEYSTEAD_TLS_CRL');
  const authorities = ca === undefined ? [] : blocksOf(ca, 'CERTIFICATE', 'KEYSTEAD_TLS_CLIENT_CA');
  const context = {
    cert,
    key,
    minVersion: `TLSv${settings.minVersion}`,
    // A resumed session would bring along the verdict of an earlier handshake.
    ...(ca === undefined ? {} : { ca: authorities, secureOptions: constants.SSL_OP_NO_TICKET }),
    ...(crl === undefined ? {} : { crl: crls }),
  } as const satisfies SecureContextOptions;
  return {
    context,
    digest,
    trust:
      ca === undefined
        ? undefined
        : understand('KEYSTEAD_TLS_CLIENT_CA, KEYSTEAD_TLS_CRL', () => new ClientTrust(authorities, crls)),
    endsAt: understand('KEYSTEAD_TLS_CERT, KEYSTEAD_TLS_KEY', () => {
      createSecureContext(context);
      return Date.parse(new X509Certificate(cert).validTo);
    }),
  };
}

async function read(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new KmsError('invalid-setting', `${setting}: cannot read ${path} (${codeOf(error)})`, error);
  }
}

function blocksOf(text: string, label: string, setting: string): string[] {
  const blocks = [...text.matchAll(PEM_BLOCK)].filter((match) => match[1] === label).map(([block]) => block);
  if (blocks.length > 0) return blocks;
  throw new KmsError('invalid-setting', `${setting}: the file holds no "${label}" in PEM`);
}

/** What OpenSSL says of a key is its reason's name, never the key. */
function understand<T>(setting: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new KmsError(
      'invalid-setting',
      `${setting}: not usable together (${codeOf(error)}); give PEM files, the key not encrypted`,
      error,
    );
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'malformed';
}
