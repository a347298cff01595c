import { KmsError, type ErrorCode } from '../../errors.js';
import { RootRefusal } from '../root-refusal.js';
import type { CryptokiFailure } from './cryptoki-process.js';

const ONCE = 'It is not tried again before the next start, so that the token is not locked';

/** `refused`: the PIN. */
const REASONS: ReadonlyMap<string, readonly [ErrorCode | 'refused', string]> = new Map([
  [
    'NOT_INSTALLED',
    [
      'invalid-setting',
      'the package pkcs11js is missing. It is optional, and built by a C++ compiler: npm install pkcs11js',
    ],
  ],
  ['NOT_LOADED', ['invalid-setting', 'the library of module-path cannot be loaded. Check the path']],
  ['TIMEOUT', ['root-unavailable', 'it did not answer in time. Look into its log']],
  ['ENDED', ['root-unavailable', 'its library ended. Look into its log']],
  ['CKR_PIN_INCORRECT', ['refused', `the PIN is wrong. ${ONCE}`]],
  ['CKR_PIN_LEN_RANGE', ['refused', `the PIN is wrong. ${ONCE}`]],
  ['CKR_PIN_INVALID', ['refused', `the PIN is wrong. ${ONCE}`]],
  ['CKR_PIN_EXPIRED', ['refused', `the PIN has expired. ${ONCE}`]],
  ['CKR_PIN_LOCKED', ['refused', 'the token is locked after too many wrong PINs. Unlock it']],
  ['CKR_USER_PIN_NOT_INITIALIZED', ['refused', `the token has no user PIN yet. ${ONCE}`]],
  ['CKR_TOKEN_NOT_PRESENT', ['root-unavailable', 'the token is gone. Put it back']],
  [
    'CKR_TOKEN_WRITE_PROTECTED',
    ['root-unavailable', 'the token takes no new keys from this user. Make the version with its own tools'],
  ],
  ['CKR_MECHANISM_INVALID', ['root-unavailable', 'the token cannot do AES-GCM. Take another one']],
] as const);

/** A sentence about a failure of the HSM. The names of PKCS #11 hold nothing of what was asked. */
export function pkcs11Failure({ symptom, method }: CryptokiFailure, id: string): KmsError {
  const [code, reason] = REASONS.get(symptom) ?? ['root-unavailable', 'it failed. Look into its log'];
  const detail = `The HSM of the root ${id}: ${reason} (${method}: ${symptom})`;
  return code === 'refused' ? new RootRefusal(detail) : new KmsError(code, detail);
}
