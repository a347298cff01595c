import type { AccessView } from '../../access/access-view.js';
import type { Conditions } from '../../access/conditions.js';
import type { BindingRow, BindingScope } from '../../access/records.js';

/** A binding as every answer shows it. */
export interface BindingDescription {
  readonly id: string;
  /** Id of the caller; null for a group's. */
  readonly caller: string | null;
  readonly callerName: string | null;
  /** Id of the group; null for a caller's. */
  readonly group: string | null;
  readonly groupName: string | null;
  readonly role: string;
  readonly effect: 'allow' | 'deny';
  /** With the ids of keyring and key. */
  readonly scope: BindingScope;
  readonly conditions: Conditions | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

export function describeBinding(
  row: Omit<BindingRow, 'revision'>,
  { callers, groups }: AccessView,
): BindingDescription {
  const { id, callerId, role, effect, scope, conditions = null, expiresAt, createdAt } = row;
  const group = groups.get(callerId);
  const holder = group
    ? { caller: null, callerName: null, group: group.id, groupName: group.name }
    : { caller: callerId, callerName: callers.get(callerId)?.name ?? null, group: null, groupName: null };
  return { id, ...holder, role, effect, scope, conditions, expiresAt, createdAt };
}
