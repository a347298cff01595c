import { algorithmFor } from '../../crypto/algorithms.js';
import { KEY_SPECS, type KeySpec, type KeyUsage } from '../../crypto/key-spec.js';
import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { multiRegionLineage, regionalKeyId } from '../../keys/multi-region.js';
import { mustBeName, mustBeTags } from '../../keys/names.js';
import type { KeyringRow, KeyRow } from '../../keys/records.js';
import { uuidv7 } from '../../keys/uuid.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from '../keyrings/resolve-keyring.js';
import type { ChangeOperation } from '../operation.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import { generateVersion } from './generate-version.js';
import { mustBeKeyPolicy } from '../resource-policies/must-be-key-policy.js';
import { mustBePublishable } from './publishable.js';
import { readKeyAgain } from './read-key-again.js';
import { mustBeFree, mustBeLive, mustBeUnderNewest } from './resolve-key-change.js';
import { stateOnceEnabled } from './state-once-enabled.js';

export interface CreateKeyInput extends KeyringInput {
  /** Unique in the keyring, aliases included. */
  readonly name?: string;
  /** Default `aes-256-xaes`. */
  readonly spec?: KeySpec;
  /** Fixed for ever; may be left out where the spec has only one. */
  readonly usage?: KeyUsage;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Fixed for ever. Default false. */
  readonly exportable?: boolean;
  /** In the keyring's JWKS: signing keys only. */
  readonly published?: boolean;
  /** Not usable before. */
  readonly notBefore?: Date;
  /** `imported`: made without material, which an import brings. */
  readonly origin?: KeyRow['origin'];
  /** A key policy of AWS KMS; see `putResourcePolicy`. */
  readonly keyPolicy?: string;
  readonly bypassLockoutCheck?: boolean;
  /** It can be replicated to other regions: only where the keyring stands for one. Fixed for ever. */
  readonly multiRegion?: boolean;
}

export const createKey: ChangeOperation<CreateKeyInput, ResolvedKeyring, KeyDescription> = {
  name: 'key.create',

  async resolve(deps, input, arrival) {
    const resolved = await resolveKeyring('key.create')(deps, input, arrival);
    if (input.keyPolicy === undefined) return resolved;
    const resource = { kind: 'keyring', keyringId: resolved.keyring.id } as const;
    return { ...resolved, needs: [...resolved.needs, { permission: 'resource-policy.set', resource }] };
  },

  async run(deps, { keyring }, input, commit, arrival) {
    const now = deps.engineClock.now();
    const key = newKey(keyring, input, now);
    const version =
      key.origin === 'generated' ? await generateVersion(deps, key, 1, keyring.wrappingVersion) : undefined;
    return commit([keyring.id], async (change) => {
      mustBeLive(change, keyring.id);
      mustBeUnderNewest(change, keyring.id, keyring.wrappingVersion);
      if (key.name !== null) await mustBeFree(change, keyring.id, key.name);
      const { keyPolicy, bypassLockoutCheck = false } = input;
      if (keyPolicy !== undefined)
        mustBeKeyPolicy(change.install, arrival, { ...key, keyPolicy }, now, bypassLockoutCheck);
      change.putKey(key, version ? [version] : []);
      return {
        output: describeKey({ key: { ...key, versionCount: key.primaryVersion } }, now),
        subject: { resource: `key/${key.id}`, keyring: keyring.id, key: key.id },
        detail: { spec: key.spec, usage: key.usage, exportable: key.exportable, origin: key.origin },
        resourceId: key.id,
        ...(keyPolicy === undefined ? {} : { guarded: { reason: 'use-of-keys', places: [keyring.id] } }),
      };
    });
  },

  repeat: (deps, { keyring }, keyId) => readKeyAgain(deps, keyring.id, keyId),
};

type NewKey = Omit<KeyRow, 'revision' | 'versionCount' | 'versionsDigest'>;

/** @throws KmsError invalid-request, unsupported-operation */
function newKey(keyring: KeyringRow, input: CreateKeyInput, now: number): NewKey {
  const { name = null, spec = 'aes-256-xaes', description = '', tags = {}, notBefore = null } = input;
  const { origin = 'generated', exportable = false, published = false } = input;
  if (name !== null) mustBeName(name, 'name');
  mustBeDescription(description);
  mustBeTags(tags);
  if (!KEY_SPECS.includes(spec)) throw new KmsError('invalid-request', `spec: one of ${KEY_SPECS.join(', ')}`);
  const usage = usageFor(spec, input.usage);
  if (published) mustBePublishable(usage);
  return {
    ...(input.multiRegion ? inManyRegions(keyring) : { id: uuidv7(), lineageId: uuidv7() }),
    keyringId: keyring.id,
    name,
    description,
    spec,
    usage,
    state: origin === 'imported' ? 'pending-import' : stateOnceEnabled({ notBefore }, now),
    notBefore,
    destroyAt: null,
    exportable,
    origin,
    published,
    tags,
    primaryVersion: origin === 'imported' ? 0 : 1,
    createdAt: new Date(now),
    rotatedAt: null,
    ...(input.keyPolicy === undefined ? {} : { keyPolicy: input.keyPolicy }),
  };
}

/** @throws KmsError unsupported-operation */
function inManyRegions({ id: keyring, awsAccount }: KeyringRow): Pick<KeyRow, 'id' | 'lineageId' | 'multiRegion'> {
  if (!awsAccount) {
    throw new KmsError('unsupported-operation', 'multiRegion: the keyring stands for no AWS account, so for no region');
  }
  const lineageId = multiRegionLineage();
  const id = regionalKeyId(lineageId);
  return { id, lineageId, multiRegion: { primary: { region: awsAccount.region, keyring, key: id }, replicas: [] } };
}

/** @throws KmsError invalid-request, unsupported-operation */
function usageFor(spec: KeySpec, usage: KeyUsage | undefined): KeyUsage {
  const { usages } = algorithmFor(spec);
  const [only] = usages;
  if (usage === undefined && only !== undefined && usages.length === 1) return only;
  if (usage === undefined) {
    throw new KmsError(
      'invalid-request',
      `usage: ${spec} can do ${usages.join(' or ')}; say which, it is fixed for ever`,
    );
  }
  if (usages.includes(usage)) return usage;
  throw new KmsError('unsupported-operation', `usage: ${spec} cannot do ${usage}; it can do ${usages.join(' or ')}`);
}
