import { randomBytes } from 'node:crypto';
import { KmsError } from '../../errors.js';
import { MOST_GRANTS, type GrantConstraints, type KeyGrant } from '../../keys/key-grant.js';
import { mustBeUsable } from '../../keys/key-states.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { currentKey } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { holdersOf } from '../arrival.js';
import { mustNotBeDry } from '../rehearsed.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';

export interface CreateGrantInput extends KeyInput {
  /** ARN. */
  readonly grantee: string;
  /** ARN. */
  readonly retiring?: string;
  /** As AWS names them. */
  readonly operations: readonly string[];
  readonly constraints?: GrantConstraints;
  /** The same grant under the same name is made once. */
  readonly name?: string;
  readonly dryRun?: boolean;
}

export interface MadeGrant {
  readonly keyId: string;
  readonly grantId: string;
}

/** Allows a principal to use one key. It holds on every node as soon as it is answered. */
export const createGrant: ChangeOperation<CreateGrantInput, ResolvedKey, MadeGrant> = {
  name: 'grant.create',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'grant.create', arrival);
    const { operations, constraints = null, grantee, retiring } = input;
    const kind = constraints?.equals ? 'EncryptionContextEquals' : 'EncryptionContextSubset';
    const facts = {
      granteeprincipal: grantee,
      grantoperations: operations,
      ...(retiring === undefined ? {} : { retiringprincipal: retiring }),
      ...(constraints ? { grantconstrainttype: kind } : {}),
    };
    return {
      snapshot,
      needs: [needOnKey('grant.create', snapshot, undefined, { facts, newGrant: { operations, constraints } })],
      subject: subjectOfKey(snapshot),
      scopes: [snapshot.key.keyringId],
      basis: [snapshot],
    };
  },

  async run(deps, { snapshot }, input, commit, arrival) {
    const { keyringId } = snapshot.key;
    return commit([keyringId], async (change) => {
      const { key } = await currentKey(change, snapshot);
      const now = deps.clock.now();
      mustBeUsable(key, now);
      const { access, keyringsById } = change.install;
      const account = keyringsById.get(keyringId)?.awsAccount;
      if (!account) throw new KmsError('unsupported-operation', 'the keyring stands for no AWS account');
      for (const arn of [input.grantee, input.retiring ?? input.grantee]) {
        if (!access.isPrincipal(arn, now)) {
          throw new KmsError('caller-not-found', `ARN does not refer to a valid principal: ${arn.slice(0, 256)}`);
        }
      }
      const [issuedBy = arrival.caller.name] = access.principalsOf(holdersOf(arrival), now);
      const grants = key.grants ?? [];
      const made = newGrant(input, issuedBy, now);
      const known = input.name === undefined ? undefined : grants.find((one) => isSame(one, made));
      mustNotBeDry(input);
      if (!known && grants.length >= MOST_GRANTS) {
        throw new KmsError('limit-reached', `a key has at most ${MOST_GRANTS} grants`);
      }
      if (!known) change.putKey({ ...key, grants: [...grants, made] }, []);
      const { id } = known ?? made;
      return {
        output: { keyId: key.id, grantId: id },
        detail: { grant: id, grantee: made.grantee, operations: made.operations, again: known !== undefined },
        resourceId: id,
        ...(known ? {} : { guarded: { reason: 'use-of-keys', places: [keyringId] } }),
      };
    });
  },

  repeat: async (_deps, { snapshot }, grantId) => ({ keyId: snapshot.key.id, grantId }),
};

function newGrant(input: CreateGrantInput, issuedBy: string, now: number): KeyGrant {
  return {
    id: randomBytes(32).toString('hex'),
    name: input.name ?? null,
    grantee: input.grantee,
    retiring: input.retiring ?? null,
    operations: [...new Set(input.operations)],
    constraints: input.constraints ?? null,
    issuedBy,
    createdAt: new Date(now).toISOString(),
  };
}

/** But for their ids and times. */
function isSame(a: KeyGrant, b: KeyGrant): boolean {
  const [one, other] = [a, b].map(({ name, grantee, retiring, operations, constraints, issuedBy }) => [
    name,
    grantee,
    retiring,
    operations.toSorted(),
    Object.entries(constraints ?? {}).map(([kind, pairs = {}]) => [
      kind,
      Object.keys(pairs)
        .toSorted()
        .map((key) => [key, pairs[key]]),
    ]),
    issuedBy,
  ]);
  return JSON.stringify(one) === JSON.stringify(other);
}
