import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { keyringsOf, keysOf, mustBePrimary, regionalKeyId } from '../../keys/multi-region.js';
import { mustBeUsable } from '../../keys/key-states.js';
import { mustBeTags } from '../../keys/names.js';
import type { KeyringRow, KeyRow } from '../../keys/records.js';
import type { InstallView } from '../../ledger/ledger.js';
import { describeKey, type KeyDescription } from '../keys/describe-key.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { readKeyAgain } from '../keys/read-key-again.js';
import { currentKey, mustBeLive, mustBeUnderNewest } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';
import { mustBeKeyPolicy } from '../resource-policies/must-be-key-policy.js';
import { copyVersion } from './copy-version.js';
import { findOthers } from './find-others.js';

export interface ReplicateKeyInput extends KeyInput {
  /** That a keyring of the same account stands for. */
  readonly region: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** A key policy of AWS KMS; see `putResourcePolicy`. */
  readonly keyPolicy?: string;
  readonly bypassLockoutCheck?: boolean;
}

interface ResolvedReplication extends ResolvedKey {
  readonly target: KeyringRow;
}

type NewKey = Omit<KeyRow, 'revision' | 'versionCount' | 'versionsDigest'>;

/**
 * A key of the same material in another region, which lives on its own from then on, but for its rotations. Whoever may use keys
 * there may use it: therefore it is guarded.
 */
export const replicateKey: ChangeOperation<ReplicateKeyInput, ResolvedReplication, KeyDescription> = {
  name: 'key.replicate',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'key.replicate', arrival);
    const { keyringId } = snapshot.key;
    const target = keyringIn(await deps.ledger.install(), keyringId, input.region);
    const resource = { kind: 'keyring', keyringId: target.id } as const;
    const needs = [
      needOnKey('key.replicate', snapshot, undefined, { facts: { replicaregion: input.region } }),
      { permission: 'key.create', resource } as const,
      ...(input.keyPolicy === undefined ? [] : [{ permission: 'resource-policy.set', resource } as const]),
    ];
    const scopes = [keyringId, target.id];
    return { snapshot, target, needs, subject: subjectOfKey(snapshot), scopes, basis: [snapshot, target] };
  },

  async run(deps, { snapshot, target }, input, commit, arrival) {
    const { key, versions } = snapshot;
    const now = deps.engineClock.now();
    const replica = replicaOf(key, target, input, now);
    const copies = await Promise.all(
      versions.map((row) => copyVersion(deps, key, row, replica, target.wrappingVersion)),
    );
    return commit([...keyringsOf(key), target.id], async (change) => {
      const current = await currentKey(change, snapshot);
      if (current.key.revision !== key.revision)
        throw new KmsError('conflict', 'the key was changed meanwhile; try again');
      mustBeLive(change, target.id);
      mustBeUnderNewest(change, target.id, target.wrappingVersion);
      if (keyringIn(change.install, key.keyringId, input.region).id !== target.id)
        throw new KmsError('conflict', 'another keyring stands for the region meanwhile; try again');
      const { keyPolicy, bypassLockoutCheck = false } = input;
      if (keyPolicy !== undefined)
        mustBeKeyPolicy(change.install, arrival, { ...replica, keyPolicy }, now, bypassLockoutCheck);
      const others = await findOthers(change, current.key);
      for (const other of [current, ...others])
        change.putKey({ ...other.key, multiRegion: { ...other.key.multiRegion, ...setOf(replica) } }, []);
      change.putKey(replica, copies);
      const primary = { keyring: key.keyringId, key: key.id };
      const detail = { region: input.region, spec: key.spec, usage: key.usage, origin: key.origin, primary };
      return {
        output: describeKey({ key: { ...replica, versionCount: copies.length } }, now),
        resourceId: replica.id,
        records: [
          { subject: subjectOfKey(snapshot), detail: { region: input.region, replica: replica.id } },
          { subject: subjectOfKey({ key: replica }), detail },
          ...others.map((other) => ({ subject: subjectOfKey(other), detail: { region: input.region } })),
        ],
        guarded: { reason: 'use-of-keys', places: [key.keyringId, target.id] },
      };
    });
  },

  repeat: (deps, { target }, keyId) => readKeyAgain(deps, target.id, keyId),
};

/** @throws KmsError unsupported-operation */
function keyringIn({ keyringsById }: InstallView, keyringId: string, region: string): KeyringRow {
  const accountId = keyringsById.get(keyringId)?.awsAccount?.accountId;
  const found = [...keyringsById.values()].find(
    ({ awsAccount, state }) =>
      state === 'enabled' && awsAccount?.accountId === accountId && awsAccount?.region === region,
  );
  if (accountId !== undefined && found) return found;
  throw new KmsError(
    'unsupported-operation',
    `no keyring stands for the region ${region.slice(0, 64)} of this account; an administrator can attach one`,
  );
}

/** @throws KmsError unsupported-operation, name-taken, invalid-request; named for the state of the key */
function replicaOf(key: KeyRow, target: KeyringRow, input: ReplicateKeyInput, now: number): NewKey {
  const { region, description = '', tags = {}, keyPolicy } = input;
  const { primary, replicas } = mustBePrimary(key);
  mustBeUsable(key, now);
  mustBeDescription(description);
  mustBeTags(tags);
  if (keysOf({ primary, replicas }).some((one) => one.region === region)) {
    throw new KmsError('name-taken', `the key is in ${region} already`);
  }
  const id = regionalKeyId(key.lineageId);
  const { spec, usage, exportable, origin, lineageId, rotatedAt, primaryVersion } = key;
  const isImported = origin === 'imported';
  return {
    id,
    spec,
    usage,
    exportable,
    origin,
    lineageId,
    rotatedAt,
    description,
    tags,
    keyringId: target.id,
    name: null,
    state: isImported ? 'pending-import' : 'enabled',
    notBefore: null,
    destroyAt: null,
    published: false,
    primaryVersion: isImported ? 0 : primaryVersion,
    createdAt: new Date(now),
    multiRegion: { primary, replicas: [...replicas, { region, keyring: target.id, key: id }] },
    ...(keyPolicy === undefined ? {} : { keyPolicy }),
  };
}

function setOf({ multiRegion }: NewKey) {
  if (!multiRegion) throw new Error('a replica is a multi-Region key');
  return multiRegion;
}
