import type { AwsAccount } from '../../keys/aws-account.js';
import type { DualControl } from '../../keys/dual-control.js';
import type { KeyringRow } from '../../keys/records.js';

/** A keyring as every answer shows it. */
export interface KeyringDescription {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly state: 'enabled' | 'destroyed';
  /** Of the wrapping key that wraps new material. */
  readonly wrappingVersion: number;
  /** Nobody may both administer and use keys here. */
  readonly separationOfDuties: boolean;
  readonly dualControl: DualControl | null;
  /** What it stands for at the AWS door; null: it is not there. */
  readonly awsAccount: AwsAccount | null;
  readonly createdAt: Date;
  readonly destroyedAt: Date | null;
}

export function describeKeyring(row: Omit<KeyringRow, 'revision'>): KeyringDescription {
  const {
    id,
    name,
    description,
    state,
    createdAt,
    destroyedAt,
    wrappingVersion,
    dualControl = null,
    awsAccount = null,
  } = row;
  const separationOfDuties = row.separationOfDuties !== false;
  const settings = { separationOfDuties, dualControl, awsAccount };
  return { id, name, description, state, wrappingVersion, ...settings, createdAt, destroyedAt };
}
