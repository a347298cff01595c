import { z } from 'zod';
import {
  KEY_SPECS,
  KEY_STATES,
  KEY_USAGES,
  REVOCATION_REASONS,
  TAG_LIMITS,
  VERSION_STATES,
} from '../../../operations/vocabulary.js';
import { PAGING } from './paging.js';
import { ref, text, time } from './words.js';

export const name = z
  .string()
  .min(1)
  .max(128)
  .meta({
    description:
      'Letters, digits, dots, underscores and hyphens; unique in the keyring, also among aliases; not like an id',
    examples: ['orders'],
  });

const description = z.exactOptional(text('For people', 1024));

const tags = z.record(z.string(), z.string()).meta({
  description: `Up to ${TAG_LIMITS.count} pairs of name and value`,
  examples: [{ team: 'billing' }],
});

const published = z.boolean().meta({ description: "Signing keys: listed in the keyring's JWKS" });

export const createKeyBody = z
  .strictObject({
    name: z.exactOptional(name),
    spec: z.exactOptional(z.enum(KEY_SPECS).meta({ description: 'Default aes-256-xaes' })),
    usage: z.exactOptional(
      z.enum(KEY_USAGES).meta({ description: 'Fixed for ever; may be left out where the spec has only one' }),
    ),
    description,
    tags: z.exactOptional(tags),
    exportable: z.exactOptional(
      z.boolean().meta({ description: 'Whether the material may ever leave, wrapped. Fixed for ever. Default false.' }),
    ),
    notBefore: z.exactOptional(time('The key cannot be used before')),
    origin: z.exactOptional(
      z.enum(['generated', 'imported']).meta({ description: 'imported: made without material, which import brings' }),
    ),
    published: z.exactOptional(published),
  })
  .meta({ id: 'NewKey' });

export const updateKeyBody = z.strictObject({
  name: z.exactOptional(name),
  description,
  tags: z.exactOptional(tags),
  published: z.exactOptional(published),
});

export const listKeysQuery = z.strictObject({
  ...PAGING,
  state: z.exactOptional(z.enum(KEY_STATES)),
  spec: z.exactOptional(z.enum(KEY_SPECS)),
  usage: z.exactOptional(z.enum(KEY_USAGES)),
  tag: z.exactOptional(text('A tag as `name` or `name=value`', 512)),
  namePrefix: z.exactOptional(ref('What the name begins with', 'ord')),
  rotationDueBefore: z.exactOptional(time('Keys whose rotation is due before')),
});

export const scheduleDestructionBody = z.strictObject({
  windowDays: z.exactOptional(z.int().min(7).max(30).meta({ description: 'Until it can be cancelled. Default 30.' })),
});

export const revokeBody = z.strictObject({ reason: z.enum(REVOCATION_REASONS) });

export const revokeKeyBody = revokeBody.extend({
  replace: z.exactOptional(
    z.boolean().meta({
      description: 'A new version takes over. Default false: the key is disabled, until it is revoked with `true`.',
    }),
  ),
});

export const destroyVersionBody = z.strictObject({
  force: z.exactOptional(
    z.boolean().meta({ description: 'Also one that was used a short time ago: only in a keyring with dual control' }),
  ),
});

/** Answers. */
const timestamp = z.iso.datetime();

const regionalKey = z.object({ region: z.string(), keyring: z.string(), key: z.string() });

export const keyAnswer = z
  .object({
    id: z.string(),
    keyring: z.string().meta({ description: 'Id of the keyring' }),
    name: z.string().nullable(),
    description: z.string(),
    spec: z.enum(KEY_SPECS),
    usage: z.enum(KEY_USAGES),
    state: z.enum(KEY_STATES),
    primaryVersion: z.int().meta({ description: '0 while there is no material' }),
    versionCount: z.int(),
    exportable: z.boolean(),
    origin: z.enum(['generated', 'imported']),
    published: z.boolean(),
    tags: z.record(z.string(), z.string()),
    notBefore: timestamp.nullable(),
    destroyAt: timestamp.nullable(),
    createdAt: timestamp,
    rotatedAt: timestamp.nullable(),
    materialExpiresAt: timestamp.nullable().meta({ description: 'Of imported material, where it does' }),
    multiRegion: z
      .object({ primary: regionalKey, replicas: z.array(regionalKey) })
      .nullable()
      .meta({ description: 'Of a key made through the AWS KMS door for several regions: the keys that it is' }),
  })
  .meta({ id: 'Key' });

export const importedKeyAnswer = keyAnswer
  .extend({ importedVersion: z.int().meta({ description: 'Whose material it is' }) })
  .meta({ id: 'ImportedKey' });

export const versionAnswer = z
  .object({
    version: z.int(),
    primary: z.boolean(),
    state: z.enum(VERSION_STATES),
    reason: z.enum(REVOCATION_REASONS).nullable(),
    createdAt: timestamp,
    changedAt: timestamp,
    hasPublicKey: z.boolean(),
  })
  .meta({ id: 'KeyVersion' });

export const versionUsageAnswer = z
  .object({
    keyId: z.string(),
    version: z.int(),
    encryptions: z.int().meta({ description: 'Also data keys and encapsulations' }),
    decryptions: z.int().meta({ description: 'Also decapsulations and shared secrets' }),
    signatures: z.int().meta({ description: 'Also MACs' }),
    verifications: z.int(),
    refused: z.int().meta({ description: 'Calls that needed the version and were refused for its state' }),
    bytes: z.int().meta({ description: 'Of messages, as they came in' }),
    lastUsedAt: timestamp.nullable(),
    lastUsedBy: z.string().nullable().meta({ description: 'Id of the caller' }),
  })
  .meta({ id: 'VersionUsage' });

export const exposedDataKeysAnswer = z
  .object({
    record: z.string().meta({ description: 'Id of the audit record' }),
    at: timestamp,
    operation: z.string().meta({ description: '`data-key`, `data-key-pair`, or `re-encrypt` of an older one' }),
    dataKeys: z.int().meta({ description: 'How many the call wrapped' }),
    caller: z.string().meta({ description: 'Id of the caller' }),
    callerName: z.string().nullable(),
    source: z.string().nullable().meta({ description: 'The address it came from' }),
    requestId: z.string(),
    context: z.array(z.string()).nullable().meta({ description: 'Names in their encryption contexts' }),
  })
  .meta({ id: 'ExposedDataKeys' });

export const versionChangedAnswer = versionAnswer
  .extend({
    keyId: z.string(),
    primaryVersion: z.int().meta({ description: 'Of the key, after the change' }),
  })
  .meta({ id: 'ChangedKeyVersion' });
