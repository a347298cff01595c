import type { GroupClaim } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { mustBeName } from '../../keys/names.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeGroup, type GroupDescription } from './describe-group.js';
import { groupNotFound } from './find-group.js';
import { resolveInstall } from './resolve-caller.js';

const MOST_GROUPS = 1000;

export interface CreateGroupInput {
  readonly name: string;
  readonly description?: string;
  /** Whoever comes with a JWT of the issuer that has the value in its groups claim is in the group too. */
  readonly claim?: GroupClaim;
}

/** Callers that are bound together. It is made empty; members come one by one. */
export const createGroup: ChangeOperation<CreateGroupInput, Resolved, GroupDescription> = {
  name: 'group.create',
  resolve: resolveInstall('group.create'),

  async run(deps, _resolved, { name, description = '', claim = null }, commit, arrival) {
    mustBeName(name, 'name');
    mustBeDescription(description);
    mustBeClaim(deps, claim);
    const ends = { removedAt: null, createdAt: new Date(deps.clock.now()), createdBy: arrival.caller.id };
    const row = { id: uuidv7(), name, description, members: [], claim, ...ends };
    return commit([INSTALL_SCOPE], async (change) => {
      const { access } = change.install;
      if (access.groups.size >= MOST_GROUPS) {
        throw new KmsError('limit-reached', `there are ${access.groups.size} groups; delete one first`);
      }
      for (const group of access.groups.values()) {
        if (group.name === name) throw new KmsError('name-taken', `a group is called ${name}; take another name`);
      }
      change.put('caller_group', row);
      return {
        output: describeGroup(row, access),
        detail: { group: row.id, ...(claim ? { claim } : {}) },
        resourceId: row.id,
      };
    });
  },

  async repeat(deps, _resolved, id) {
    const { access } = await deps.ledger.install();
    const group = access.groups.get(id);
    if (!group) throw groupNotFound();
    return describeGroup(group, access);
  },
};

/** @throws KmsError invalid-request */
function mustBeClaim({ issuers }: Deps, claim: GroupClaim | null): void {
  if (!claim || issuers.listsGroups(claim.issuer)) return;
  throw new KmsError(
    'invalid-request',
    'claim.issuer: not one that lists groups here; KEYSTEAD_OIDC_ISSUERS names its groupsClaim',
  );
}
