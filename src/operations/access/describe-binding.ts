import type { AccessView } from '../../access/access-view.js';
import type { Conditions } from '../../access/conditions.js';
import type { BindingRow, BindingScope } from '../../access/records.js';

/** A binding as every answer shows it. */
export interface BindingDescription {
  readonly id: string;
  /** Id of the caller. */
  readonly caller: string;
  readonly callerName: string | null;
  readonly role: string;
  readonly effect: 'allow' | 'deny';
  /** With the ids of keyring and key. */
  readonly scope: BindingScope;
  readonly conditions: Conditions | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

export function describeBinding(row: Omit<BindingRow, 'revision'>, { callers }: AccessView): BindingDescription {
  const { id, callerId, role, effect, scope, conditions = null, expiresAt, createdAt } = row;
  const callerName = callers.get(callerId)?.name ?? null;
  return { id, caller: callerId, callerName, role, effect, scope, conditions, expiresAt, createdAt };
}
