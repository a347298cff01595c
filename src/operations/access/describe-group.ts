import type { AccessView } from '../../access/access-view.js';
import type { GroupClaim, GroupRow } from '../../access/records.js';

/** A group as every answer shows it. */
export interface GroupDescription {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly members: readonly { readonly id: string; readonly name: string | null }[];
  readonly claim: GroupClaim | null;
  readonly createdAt: Date;
}

export function describeGroup(row: Omit<GroupRow, 'revision'>, { callers }: AccessView): GroupDescription {
  const { id, name, description, members, claim, createdAt } = row;
  const named = members.map((member) => ({ id: member, name: callers.get(member)?.name ?? null }));
  return { id, name, description, members: named, claim, createdAt };
}
