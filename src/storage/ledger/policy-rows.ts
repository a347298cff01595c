import type { PolicyRow, PolicyRows } from '../../rotation/records.js';
import type { PolicyEntity } from '../entities/policy.entity.js';
import type { ScopeMirror } from './scope-mirror.js';
import { mustBeCurrent, mustBeUnknown } from './verify-row.js';

/** The rows that decide about a key, verified, and that none of them is missing. @throws KmsError integrity-failure */
export function policyRows(
  mirror: ScopeMirror,
  keyringId: string,
  keyId: string | undefined,
  rows: readonly PolicyEntity[],
): PolicyRows {
  const rowOf = (target: string) =>
    policyRow(
      mirror,
      keyringId,
      target,
      rows.find((one) => one.target === target),
    );
  return { own: keyId === undefined ? undefined : rowOf(keyId), keyring: rowOf('keyring') };
}

/** @param row what was found. @throws KmsError integrity-failure */
export function policyRow(
  mirror: ScopeMirror,
  keyringId: string,
  target: string,
  row: PolicyEntity | undefined,
): PolicyRow | undefined {
  if (row) mustBeCurrent(mirror, 'policy', row);
  else mustBeUnknown(mirror, 'policy', `${keyringId}/${target}`);
  return row;
}
