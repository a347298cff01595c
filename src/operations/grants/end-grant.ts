import type { OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { currentKey } from '../keys/resolve-key-change.js';
import { mustNotBeDry } from '../rehearsed.js';
import type { ChangeOperation } from '../operation.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';

export interface EndGrantInput extends KeyInput {
  readonly grant: string;
  readonly dryRun?: boolean;
}

/** The end of a grant, by those who administer the key. */
export const revokeGrant = endGrant('grant.revoke');

/** The end of a grant, by its retiring principal, or its grantee where the grant says so. */
export const retireGrant = endGrant('grant.retire');

function endGrant(name: OperationName): ChangeOperation<EndGrantInput, ResolvedKey, { readonly keyId: string }> {
  return {
    name,

    async resolve(deps, input, arrival) {
      const snapshot = await findKey(deps, input, name, arrival);
      return {
        snapshot,
        needs: [needOnKey(name, snapshot, undefined, { grant: input.grant })],
        subject: subjectOfKey(snapshot),
        scopes: [snapshot.key.keyringId],
        basis: [snapshot],
      };
    },

    async run(_deps, { snapshot }, input, commit) {
      return commit([snapshot.key.keyringId], async (change) => {
        const { key } = await currentKey(change, snapshot);
        const grants = key.grants ?? [];
        const rest = grants.filter(({ id }) => id !== input.grant);
        if (rest.length === grants.length) throw new KmsError('grant-not-found', 'the key has no grant with this id');
        mustNotBeDry(input);
        change.putKey({ ...key, grants: rest.length > 0 ? rest : null }, []);
        return { output: { keyId: key.id }, detail: { grant: input.grant } };
      });
    },
  };
}
