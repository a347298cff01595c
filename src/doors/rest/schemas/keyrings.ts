import { z } from 'zod';
import { accountId } from './access-keys.js';
import { dualControl, dualControlAnswer } from './governance.js';
import { PAGING } from './paging.js';
import { ref, text } from './words.js';

const name = z
  .string()
  .min(1)
  .max(128)
  .meta({
    description: 'Letters, digits, dots, underscores and hyphens; unique; not like an id',
    examples: ['payments'],
  });

export const createKeyringBody = z.strictObject({
  name,
  description: z.exactOptional(text('For people', 1024)),
});

export const updateKeyringBody = z.strictObject({
  description: z.exactOptional(text('For people', 1024)),
  separationOfDuties: z.exactOptional(
    z.boolean().meta({ description: 'false: somebody may both administer and use keys here. Guarded.' }),
  ),
  dualControl: z.exactOptional(dualControl),
  awsAccount: z.exactOptional(
    z
      .strictObject({
        accountId,
        region: z
          .string()
          .max(64)
          .meta({ description: 'A name', examples: ['us-east-1'] }),
      })
      .nullable()
      .meta({
        description:
          'What it stands for at the AWS door, which ends the separation of duties in it; null: nothing. Guarded.',
      }),
  ),
});

export const createAliasBody = z.strictObject({
  name: name.meta({ description: 'Unique in the keyring, also among the names of keys', examples: ['orders-current'] }),
  key: ref('Id, name or alias of a key of the keyring', 'orders'),
});

export const moveAliasBody = z.strictObject({ key: ref('Id, name or alias of a key of the keyring', 'orders') });

export const listAliasesQuery = z.strictObject({
  ...PAGING,
  key: z.exactOptional(ref('Only those of this key: id, name or alias', 'orders')),
});

const timestamp = z.iso.datetime();

export const keyringAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    state: z.enum(['enabled', 'destroyed']),
    wrappingVersion: z.int().meta({ description: 'Of the wrapping key that wraps new material' }),
    separationOfDuties: z.boolean().meta({ description: 'Nobody may both administer and use keys here' }),
    dualControl: dualControlAnswer,
    awsAccount: z
      .object({ accountId: z.string(), region: z.string() })
      .nullable()
      .meta({ description: 'What it stands for at the AWS door' }),
    createdAt: timestamp,
    destroyedAt: timestamp.nullable(),
  })
  .meta({ id: 'Keyring' });

export const rewrapAnswer = z
  .object({
    state: z.enum(['idle', 'running']),
    fromVersion: z.int(),
    toVersion: z.int(),
    moved: z.int().meta({ description: 'Materials under the new wrapping key' }),
    total: z.int(),
  })
  .meta({ id: 'RewrapStatus' });

export const aliasAnswer = z
  .object({
    id: z.string().meta({ description: 'What its address ends in: its name' }),
    name: z.string(),
    keyring: z.string().meta({ description: 'Id of the keyring' }),
    keyId: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'Alias' });
