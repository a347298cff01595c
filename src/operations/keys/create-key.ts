import { algorithmFor } from '../../crypto/algorithms.js';
import { KEY_SPECS, type KeySpec, type KeyUsage } from '../../crypto/key-spec.js';
import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { mustBeName, mustBeTags } from '../../keys/names.js';
import type { KeyringRow, KeyRow } from '../../keys/records.js';
import { uuidv7 } from '../../keys/uuid.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from '../keyrings/resolve-keyring.js';
import type { ChangeOperation } from '../operation.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import { generateVersion } from './generate-version.js';
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
}

export const createKey: ChangeOperation<CreateKeyInput, ResolvedKeyring, KeyDescription> = {
  name: 'key.create',
  resolve: resolveKeyring('key.create'),

  async run(deps, { keyring }, input, commit) {
    const now = deps.engineClock.now();
    const key = newKey(keyring, input, now);
    const version =
      key.origin === 'generated' ? await generateVersion(deps, key, 1, keyring.wrappingVersion) : undefined;
    return commit([keyring.id], async (change) => {
      mustBeLive(change, keyring.id);
      mustBeUnderNewest(change, keyring.id, keyring.wrappingVersion);
      if (key.name !== null) await mustBeFree(change, keyring.id, key.name);
      change.putKey(key, version ? [version] : []);
      return {
        output: describeKey({ key: { ...key, versionCount: key.primaryVersion } }, now),
        subject: { resource: `key/${key.id}`, keyring: keyring.id, key: key.id },
        detail: { spec: key.spec, usage: key.usage, exportable: key.exportable, origin: key.origin },
        resourceId: key.id,
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
    id: uuidv7(),
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
    lineageId: uuidv7(),
    primaryVersion: origin === 'imported' ? 0 : 1,
    createdAt: new Date(now),
    rotatedAt: null,
  };
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
