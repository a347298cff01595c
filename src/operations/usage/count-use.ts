import type { OperationName } from '../../access/permissions.js';
import type { ErrorCode, KmsError } from '../../errors.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Subject } from '../operation.js';
import type { UseKind } from './usage-counter.js';

const KINDS: Partial<Readonly<Record<OperationName, UseKind>>> = {
  encrypt: 'encryptions',
  're-encrypt': 'encryptions',
  'data-key': 'encryptions',
  'data-key-pair': 'encryptions',
  encapsulate: 'encryptions',
  decrypt: 'decryptions',
  decapsulate: 'decryptions',
  'derive-shared-secret': 'decryptions',
  sign: 'signatures',
  mac: 'signatures',
  verify: 'verifications',
  'verify-mac': 'verifications',
};

/** Who is refused for one of these shows that the version is still needed. */
const NEEDED: ReadonlySet<ErrorCode> = new Set([
  'version-retired',
  'version-disabled',
  'version-revoked',
  'version-destroyed',
]);

/** Counts what one item of a call did with a version, or tried to do. Nothing for what is no use of a key. */
export function countUse(
  deps: Deps,
  operation: OperationName,
  arrival: Arrival,
  {
    subject,
    error,
    input,
  }: { readonly subject: Subject; readonly error?: KmsError | undefined; readonly input: unknown },
): void {
  const kind = KINDS[operation];
  if (!kind || (error && !NEEDED.has(error.code))) return;
  const { key, version, sourceKey, sourceVersion } = subject;
  const use = { bytes: error ? 0 : bytesIn(input), usedBy: arrival.caller.id, at: deps.engineClock.now() };
  const isOfSource = sourceKey !== undefined && sourceVersion !== undefined;
  if (isOfSource) {
    const sourceKind = error ? 'refused' : 'decryptions';
    deps.usage.note({ ...use, keyId: sourceKey, version: sourceVersion, kind: sourceKind });
  }
  // A refused re-encryption was refused for what the ciphertext is under.
  if (key === undefined || version === undefined || (isOfSource && error)) return;
  deps.usage.note({ ...use, keyId: key, version, kind: error ? 'refused' : kind });
}

function bytesIn(input: unknown): number {
  return Object.values(Object(input) as object).reduce<number>(
    (sum, field) => sum + (Buffer.isBuffer(field) ? field.length : 0),
    0,
  );
}
