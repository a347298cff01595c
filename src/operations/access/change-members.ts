import type { AccessView } from '../../access/access-view.js';
import type { OperationName } from '../../access/permissions.js';
import type { GroupRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { guardedMembership } from '../guarded.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeGroup, type GroupDescription } from './describe-group.js';
import type { GroupInput } from './delete-group.js';
import { findGroup, groupNotFound } from './find-group.js';
import { callerNotFound, findCaller, resolveInstall } from './resolve-caller.js';

const MOST_MEMBERS = 1000;

export interface MemberInput extends GroupInput {
  /** Id or name. */
  readonly caller: string;
}

type MembersAfter = (access: AccessView, group: GroupRow, callerId: string, now: number) => readonly string[];

/** Nobody puts himself into a group. Who is in it already stays so. */
export const addMember = changeOfMembers('group.add-member', (access, group, callerId, now) => {
  if (group.members.includes(callerId)) return group.members;
  if (group.members.length >= MOST_MEMBERS) {
    throw new KmsError('limit-reached', `the group has ${group.members.length} members, which is the most`);
  }
  const conflicting = access.conflictInGroup(callerId, group.id, now);
  if (conflicting) {
    throw new KmsError(
      'conflicting-binding',
      `separation of duties: with binding ${conflicting.id} and those of the group the caller would both administer and use keys of one keyring`,
    );
  }
  return [...group.members, callerId];
});

export const removeMember = changeOfMembers('group.remove-member', (_access, group, callerId) =>
  group.members.filter((member) => member !== callerId),
);

function changeOfMembers(
  name: OperationName,
  membersAfter: MembersAfter,
): ChangeOperation<MemberInput, Resolved, GroupDescription> {
  return {
    name,
    async resolve(deps, { group, caller }) {
      const { access } = await deps.ledger.install();
      return { ...(await resolveInstall(name)(deps)), basis: [findGroup(access, group), findCaller(access, caller)] };
    },

    async run(deps, _resolved, { group: groupRef, caller: callerRef }, commit, arrival) {
      const now = deps.clock.now();
      return commit([INSTALL_SCOPE], async (change) => {
        const { access } = change.install;
        const group = findGroup(access, groupRef);
        if (!group) throw groupNotFound();
        const caller = findCaller(access, callerRef);
        if (!caller) throw callerNotFound();
        if (caller.id === arrival.caller.id) {
          throw new KmsError('permission-denied', 'nobody binds himself: another administrator must do this');
        }
        const row = { ...group, members: membersAfter(access, group, caller.id, now) };
        change.put('caller_group', row);
        const guarded = guardedMembership(change.install, group.id, now);
        return {
          output: describeGroup(row, access),
          detail: { group: group.id, member: caller.id },
          ...(guarded ? { guarded } : {}),
        };
      });
    },
  };
}
