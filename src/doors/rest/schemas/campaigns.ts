import { z } from 'zod';
import { CAMPAIGN_STATES } from '../../../operations/vocabulary.js';
import { PAGING } from './paging.js';
import { MAX_VERSION, ref } from './words.js';

const version = z.int().min(1).max(MAX_VERSION);

export const startCampaignBody = z.strictObject({
  keyring: ref('Id or name of a keyring', 'default'),
  key: ref('Id, name or alias of a symmetric encryption key', 'orders'),
  from: z
    .array(version)
    .min(1)
    .max(1000)
    .meta({ description: 'The versions to be left behind', examples: [[3]] }),
  to: z.exactOptional(z.literal('primary').meta({ description: 'Where new ciphertexts are made' })),
  quiet: z.exactOptional(
    z
      .string()
      .max(64)
      .meta({ description: 'It closes by itself after so long without use of these versions', examples: ['30d'] }),
  ),
});

const count = z.int().min(0).max(1_000_000_000);

export const reportCampaignBody = z.strictObject({
  rewrapped: count.meta({ description: 'Since the last report', examples: [500] }),
  skipped: count.meta({ description: 'Done before', examples: [0] }),
  failed: count.meta({ examples: [0] }),
});

export const listCampaignsQuery = z.strictObject({
  ...PAGING,
  keyring: z.exactOptional(ref('Id or name of a keyring', 'default')),
  key: z.exactOptional(ref('Id, name or alias of a key of that keyring. Default: of `default`', 'orders')),
  state: z.exactOptional(z.enum(CAMPAIGN_STATES)),
});

const timestamp = z.iso.datetime();

export const campaignAnswer = z
  .object({
    id: z.string(),
    keyring: z.string().meta({ description: 'Id of the keyring' }),
    keyId: z.string(),
    from: z.array(z.int()).meta({ description: 'The versions to be left behind' }),
    to: z.int().meta({ description: 'Ciphertexts under this version or a newer one are done' }),
    state: z.enum(CAMPAIGN_STATES),
    quiet: z.string().meta({ description: 'Without use of the old versions for so long, it closes by itself' }),
    rewrapped: z.int().meta({ description: 'Ciphertexts, as applications reported them' }),
    skipped: z.int().meta({ description: 'Done before' }),
    failed: z.int(),
    reportedAt: timestamp.nullable(),
    reportedBy: z.string().nullable().meta({ description: 'Id of the caller' }),
    startedAt: timestamp,
    startedBy: z.string().meta({ description: 'Id of the caller' }),
    endedAt: timestamp.nullable(),
    endedBy: z.string().nullable().meta({ description: '`system:rotation`: it was quiet for long enough' }),
  })
  .meta({ id: 'Campaign' });

export const campaignProgressAnswer = campaignAnswer
  .extend({
    lineageId: z.string().meta({ description: 'In the header of every ciphertext of the key' }),
    traffic: z.object({
      decryptions: z.int().meta({ description: 'Of the key since the start, also refused ones' }),
      underOld: z.int(),
      oldShare: z.number().nullable().meta({ description: '0 to 1: the part that arrives under old versions' }),
      lastUsedAt: timestamp.nullable().meta({ description: 'Of the old versions' }),
      lastUsedBy: z.string().nullable(),
    }),
    closesAt: timestamp.nullable().meta({ description: 'Unless an old version is used again; null: it has ended' }),
  })
  .meta({ id: 'CampaignProgress' });
