import type { DataKeyLimits } from './caching-data-keys.js';
import type { EncryptionContext } from './encryption-context.js';
import { KeysteadError } from './keystead-error.js';
import { sendByFetch, sendByNode, sendOverTls, type Send } from './send.js';
import type { TlsOptions } from './tls-options.js';

export interface ClientOptions extends TlsOptions {
  /** The server's address, such as `http://127.0.0.1:7300`. */
  readonly url: string;
  /**
   * A bearer token, `kst_…`, or a JWT of an issuer that the server trusts. Without one, and without a client certificate,
   * only `health` and `jwks` answer.
   */
  readonly token?: string | undefined;
  /** Id of an approved request: the call is sent with it, and is carried out once. For one call, by `with`. */
  readonly approval?: string | undefined;
  /** Default `default`. */
  readonly keyring?: string;
  /** For one attempt. Default 30,000. */
  readonly timeoutMs?: number;
  /** Attempts after the first, on 429, 503 and broken connections. Default 4. */
  readonly retries?: number;
  /** The first retry's longest wait; it doubles with each. Default 100. */
  readonly backoffMs?: number;
  /** Ends every call of this client. */
  readonly signal?: AbortSignal;
  /** Keeps data keys for several messages; without it, every message gets its own. */
  readonly dataKeyCache?: DataKeyLimits;
  /** In place of `node:http`: for proxies, tracing, other runtimes. */
  readonly fetch?: typeof fetch;
}

export interface EnvelopeOptions {
  /** Bound to the data, not stored with it: decryption must give the same. */
  readonly context?: EncryptionContext;
}

export interface DecryptEnvelopeOptions extends EnvelopeOptions {
  /**
   * What is under a version that is compromised could have been made by whoever has the key. It is refused (`not-authentic`), unless
   * this is given: then it is called first, and what is decrypted is not to be trusted.
   */
  readonly onUnauthentic?: () => void;
}

export interface EncryptStreamOptions extends EnvelopeOptions {
  /** How much there will be, where known: the data-key cache counts with it. */
  readonly bytes?: number;
}

/** The options that connections are made by. */
export const SENDING = ['url', 'fetch', 'ca', 'cert', 'key', 'pin'] as const;

export function sendFor({ url, fetch, ca, cert, key, pin }: ClientOptions): Send {
  const ofTls = [ca, cert, key, pin].some((option) => option !== undefined);
  if (fetch !== undefined) {
    if (!ofTls) return sendByFetch(fetch);
    throw new KeysteadError('invalid-request', 'ca, cert, key, pin: not with a fetch of your own, which has its own.');
  }
  if (!ofTls) return sendByNode;
  if (url.startsWith('https:')) return sendOverTls({ ca, cert, key, pin });
  throw new KeysteadError('invalid-request', 'ca, cert, key, pin: only for an https:// address.');
}
