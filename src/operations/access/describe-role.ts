import type { OperationName } from '../../access/permissions.js';
import type { RoleRow } from '../../access/records.js';

/** A role as every answer shows it. */
export interface RoleDescription {
  /** null for a built-in role. */
  readonly id: string | null;
  readonly name: string;
  readonly builtIn: boolean;
  readonly permissions: readonly OperationName[];
  /** null for a built-in role. */
  readonly createdAt: Date | null;
}

export function describeRole({ id, name, permissions, createdAt }: Omit<RoleRow, 'revision'>): RoleDescription {
  return { id, name, builtIn: false, permissions, createdAt };
}
