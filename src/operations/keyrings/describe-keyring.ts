import type { KeyringRow } from '../../keys/records.js';

/** A keyring as every answer shows it. */
export interface KeyringDescription {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly state: 'enabled' | 'destroyed';
  /** Of the wrapping key that wraps new material. */
  readonly wrappingVersion: number;
  readonly createdAt: Date;
  readonly destroyedAt: Date | null;
}

export function describeKeyring(row: Omit<KeyringRow, 'revision'>): KeyringDescription {
  const { id, name, description, state, wrappingVersion, createdAt, destroyedAt } = row;
  return { id, name, description, state, wrappingVersion, createdAt, destroyedAt };
}
