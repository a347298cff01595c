import { isKmsError, KmsError, type ErrorCode } from '../../errors.js';
import { RootRefusal } from '../root-refusal.js';
import { fieldOf } from './field-of.js';

/** `refused`: the credential, not the key or the connection. */
type Diagnosis = readonly [ErrorCode | 'refused', string];

const NO_KEY = 'there is no such Transit key or mount. Check namespace, mount and key name';
const UNKNOWN_AUTHORITY =
  'its certificate is by an unknown authority. Give that authority by the CA certificate setting';

/** What Vault answers with 400, by a phrase of its own; whatever else is 400 does not fit the key. */
const REFUSALS: readonly (readonly [string, Diagnosis])[] = [
  [
    'too old',
    ['wrong-root-key', 'the version is below the min_decryption_version of the Transit key. Lower that again'],
  ],
  ['key not found', ['wrong-root-key', NO_KEY]],
  ['role or secret', ['refused', 'the AppRole role id or secret id is wrong, expired or used up']],
  ['role id', ['refused', 'the AppRole role id is wrong']],
  ['', ['wrong-root-key', 'the Transit key does not open it. Check server, mount and key name in the root key URI']],
];

const STATUSES: ReadonlyMap<number, Diagnosis> = new Map<number, Diagnosis>([
  [403, ['refused', 'the token has expired, is unknown, or its policy lacks this path']],
  [404, ['wrong-root-key', NO_KEY]],
  [429, ['root-unavailable', 'it limits requests. Raise the quota there']],
  [503, ['root-unavailable', 'it is sealed or not ready. Unseal it']],
]);

const NETWORK: ReadonlyMap<string | undefined, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there. Start it or correct the root key URI'],
  ['ENOTFOUND', 'its host name is not known. Check the root key URI and the name service'],
  ['EAI_AGAIN', 'the name service does not answer'],
  ['TIMEOUT', 'it did not answer in time. Check the network, or raise the timeout'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_AUTHORITY],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name. Use a host name that the certificate holds'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired. Renew it there'],
]);

/**
 * Turns any failure of a request to Vault into a KmsError. Neither the detail nor the cause repeats what was sent or
 * answered: errors of HTTP clients carry headers and bodies, and those hold the token and the key.
 * @param doing what was tried, for the sentence: `read the key transit/keystead`
 */
export function vaultFailure(error: unknown, endpoint: string, doing: string): KmsError {
  if (isKmsError(error)) return error;
  const status = statusOf(error);
  const symptom = status === undefined ? codeOf(error) : `status ${status}`;
  const [code, reason] = status === undefined ? offline(codeOf(error)) : refused(status, error);
  const detail = `Vault at ${endpoint} could not ${doing}: ${reason} (${symptom})`;
  return code === 'refused' ? new RootRefusal(detail) : new KmsError(code, detail);
}

/** The HTTP status of a refusal by Vault; undefined if there was no answer. */
export function statusOf(error: unknown): number | undefined {
  const status = fieldOf(fieldOf(error, 'response'), 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

function refused(status: number, error: unknown): Diagnosis {
  if (status === 400) {
    const errors = fieldOf(fieldOf(fieldOf(error, 'response'), 'body'), 'errors');
    const text = Array.isArray(errors) ? errors.join(' ').toLowerCase() : '';
    const refusal = REFUSALS.find(([phrase]) => text.includes(phrase));
    if (refusal) return refusal[1];
  }
  if (status >= 300 && status < 400) {
    return ['root-unavailable', 'it redirects, which is not followed. Name the active server in the root key URI'];
  }
  return STATUSES.get(status) ?? ['root-unavailable', 'it answered with an error of its own. Look into its log'];
}

function offline(code: string): Diagnosis {
  return ['root-unavailable', NETWORK.get(code) ?? 'the connection failed. Check the network and its log'];
}

/** The system code of a failure without an answer. Node reports a passed deadline as the cause of an AbortError. */
function codeOf(error: unknown): string {
  const cause = fieldOf(error, 'cause');
  if ([error, cause].some((it) => fieldOf(it, 'name') === 'TimeoutError')) return 'TIMEOUT';
  const code = fieldOf(error, 'code') ?? fieldOf(cause, 'code');
  return typeof code === 'string' && /^[A-Z_0-9]+$/.test(code) ? code : 'unknown error';
}
