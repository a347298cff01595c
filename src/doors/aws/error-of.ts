import { type ErrorCode, type ErrorKey, type KmsError } from '../../errors.js';
import type { AwsPrincipal } from '../../operations/arrival.js';
import { UnauthenticatedError } from '../../operations/authenticate.js';
import { CiphertextOfAnotherKey } from '../../operations/crypto/open-ciphertext.js';
import { BadCursor } from '../../operations/paging.js';
import { asKmsError } from '../../operations/record.js';
import { AwsError } from './aws-error.js';
import { keyArn, type Place } from './place.js';
import { signatureError } from './signature-error.js';
import { specName, usageName } from '../../keys/aws-words.js';
import { algorithmsOf } from './words.js';

/** What a request was, for errors that name it. */
export interface Attempted {
  /** `Encrypt`. */
  readonly action: string;
  /** Once it is known who asks. */
  readonly place?: Place;
  readonly principal?: AwsPrincipal & { readonly name: string };
  /** ARN of the key, or of the alias that it was named by; empty where the request named none. */
  readonly key: string;
  /** ARN of the alias that it was about. */
  readonly alias: string;
  /** The algorithm that it asked for. */
  readonly algorithm?: string | undefined;
}

type Told = (error: KmsError, attempted: Attempted) => AwsError;

/** Whatever was thrown on the way of a request, as AWS clients know it. */
export function errorOf(thrown: unknown, attempted: Attempted): AwsError {
  if (thrown instanceof AwsError) return thrown;
  const error = asKmsError(thrown);
  if (error instanceof UnauthenticatedError) return signatureError(error);
  if (error instanceof CiphertextOfAnotherKey) {
    return new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  if (error instanceof BadCursor) return new AwsError('InvalidMarkerException', 'Invalid Marker');
  return ERRORS[error.code](error, attempted);
}

const invalid: Told = (error, attempted) => {
  const unfit = error.key && attempted.place ? unfitFor(error.key, attempted, attempted.place) : undefined;
  return unfit ?? new AwsError('ValidationException', error.detail);
};

const ours: Told = ({ detail }) => new AwsError('KMSInternalException', detail, 500);
const later: Told = ({ detail }) => new AwsError('DependencyTimeoutException', detail, 503);
const plain =
  (type: string): Told =>
  ({ detail }) =>
    new AwsError(type, detail);
const inState =
  (type: string, what: string): Told =>
  (error, attempted) =>
    new AwsError(type, `${arnIn(error, attempted)} is ${what}.`);
const aliasMissing = (alias: string) => new AwsError('NotFoundException', `Alias ${alias} is not found.`);
const missing: Told = (_error, { key }) =>
  key.includes(':alias/') ? aliasMissing(key) : new AwsError('NotFoundException', `Key '${key}' does not exist`);

const PENDING = 'pending deletion';

/** By the state in which the key is; where it is none of these, the request wanted another one. */
const transition: Told = (error, attempted) => {
  const { action } = attempted;
  const arn = arnIn(error, attempted);
  const state = error.key?.state;
  if (action === 'CancelKeyDeletion') return new AwsError('KMSInvalidStateException', `${arn} is not ${PENDING}.`);
  if (state === 'pending-destruction') return new AwsError('KMSInvalidStateException', `${arn} is ${PENDING}.`);
  if (state === 'pending-import') return new AwsError('KMSInvalidStateException', `${arn} is pending import.`);
  if (state === 'disabled') return new AwsError('DisabledException', `${arn} is disabled.`);
  return new AwsError('KMSInvalidStateException', error.detail);
};

/** The whole table. */
const ERRORS: Readonly<Record<ErrorCode, Told>> = {
  'invalid-request': invalid,
  'unsupported-operation': (error, attempted) => {
    const told = invalid(error, attempted);
    return told.type === 'ValidationException' ? new AwsError('UnsupportedOperationException', error.detail) : told;
  },
  'invalid-ciphertext': () => new AwsError('InvalidCiphertextException', ''),
  'invalid-key-material': plain('IncorrectKeyMaterialException'),
  'invalid-import-token': plain('InvalidImportTokenException'),
  'invalid-key-policy': plain('MalformedPolicyDocumentException'),
  'dry-run': plain('DryRunOperationException'),
  'payload-too-large': plain('ValidationException'),
  'unsupported-media-type': plain('SerializationException'),
  'idempotency-mismatch': plain('ConflictException'),

  // The credential ended between its authentication and the decision.
  unauthenticated: () =>
    new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  'permission-denied': (error, { action, principal, key }) => {
    const who = principal
      ? `arn:aws:iam::${principal.accountId}:${principal.root ? 'root' : `user/${principal.name}`}`
      : 'nobody';
    const resource = key === '' ? '*' : key;
    return new AwsError(
      'AccessDeniedException',
      `User: ${who} is not authorized to perform: kms:${action} on resource: ${resource} because no identity-based policy allows the kms:${action} action (${error.detail})`,
    );
  },
  'too-many-requests': plain('ThrottlingException'),

  'not-found': missing,
  'method-not-allowed': plain('UnsupportedOperationException'),
  'keyring-not-found': missing,
  'key-not-found': missing,
  'version-not-found': plain('NotFoundException'),
  'alias-not-found': (_error, { alias }) => aliasMissing(alias),
  'caller-not-found': plain('InvalidArnException'),
  'credential-not-found': plain('NotFoundException'),
  'binding-not-found': plain('NotFoundException'),
  'approval-not-found': plain('NotFoundException'),
  'certificate-not-found': plain('NotFoundException'),
  'role-not-found': plain('NotFoundException'),
  'group-not-found': plain('NotFoundException'),
  'policy-not-found': plain('NotFoundException'),
  'grant-not-found': plain('NotFoundException'),
  'campaign-not-found': plain('NotFoundException'),
  'webhook-not-found': plain('NotFoundException'),
  'delivery-not-found': plain('NotFoundException'),
  'records-dropped': plain('NotFoundException'),

  'name-taken': ({ detail }, { action, alias }) =>
    new AwsError(
      'AlreadyExistsException',
      action === 'ReplicateKey' ? detail : `An alias with the name ${alias} already exists`,
    ),
  conflict: plain('ConflictException'),
  'campaign-exists': plain('ConflictException'),
  'limit-reached': plain('LimitExceededException'),
  'role-in-use': plain('ConflictException'),
  'group-in-use': plain('ConflictException'),
  'conflicting-binding': plain('ConflictException'),
  'approval-required': plain('AccessDeniedException'),
  'approval-stale': plain('AccessDeniedException'),
  'not-exportable': plain('UnsupportedOperationException'),
  'keyring-not-empty': plain('ConflictException'),
  'keyring-destroyed': missing,
  'invalid-transition': transition,
  'key-pre-active': inState('DisabledException', 'disabled'),
  'key-disabled': inState('DisabledException', 'disabled'),
  'key-pending-import': inState('KMSInvalidStateException', 'pending import'),
  'key-pending-destruction': inState('KMSInvalidStateException', PENDING),
  'key-destroyed': missing,
  'version-retired': plain('KMSInvalidStateException'),
  'version-disabled': plain('KMSInvalidStateException'),
  'version-revoked': plain('KMSInvalidStateException'),
  'version-destroyed': plain('KMSInvalidStateException'),
  'version-in-use': plain('KMSInvalidStateException'),
  'message-limit-reached': plain('LimitExceededException'),

  'integrity-failure': ours,
  'internal-error': ours,
  'root-unavailable': later,
  'database-unavailable': later,
  overloaded: later,
  'shutting-down': later,
  'invalid-setting': ours,
  'invalid-backup': ours,
  sealed: later,
  'wrong-root-key': later,
};

/** The key's usage or spec does not fit what was asked for. */
function unfitFor(key: ErrorKey, { action, algorithm }: Attempted, place: Place): AwsError | undefined {
  const [, algorithms] = algorithmsOf(key.spec, key.usage);
  if (USAGE_OF[action] !== undefined && USAGE_OF[action] !== key.usage) {
    return new AwsError(
      'InvalidKeyUsageException',
      `${keyArn(place, key.id)} key usage is ${usageName(key.usage)} which is not valid for ${action}.`,
    );
  }
  if (algorithm === undefined || algorithms.includes(algorithm)) return undefined;
  return new AwsError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${specName(key.spec)}.`,
  );
}

const USAGE_OF: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'Encrypt',
      'Decrypt',
      'ReEncrypt',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'GenerateDataKeyPair',
      'GenerateDataKeyPairWithoutPlaintext',
    ].map((name) => [name, 'encrypt-decrypt']),
  ),
  Sign: 'sign-verify',
  Verify: 'sign-verify',
  GenerateMac: 'generate-verify-mac',
  VerifyMac: 'generate-verify-mac',
  DeriveSharedSecret: 'key-agreement',
  Encapsulate: 'encapsulate-decapsulate',
  Decapsulate: 'encapsulate-decapsulate',
};

function arnIn({ key }: KmsError, { place, key: asked }: Attempted): string {
  return key && place ? keyArn(place, key.id) : asked;
}
