import { z } from 'zod';
import { ACTION_KINDS } from '../../../operations/vocabulary.js';
import { keyAnswer } from './keys.js';

const duration = (description: string) =>
  z
    .string()
    .max(64)
    .meta({ description: `${description}: \`90d\`, \`12h\`, or in ISO 8601 \`P90D\``, examples: ['90d'] });

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const timeOfDay = z
  .string()
  .max(5)
  .meta({ examples: ['02:00'] });

/** The words of a policy; what they may say together is for the operation to check. */
export const policy = z
  .strictObject({
    rotate: z.exactOptional(
      z
        .strictObject({
          every: z.exactOptional(duration('Since the primary version was made')),
          cron: z.exactOptional(
            z
              .string()
              .max(256)
              .meta({ description: 'Minute, hour, day, month, weekday', examples: ['0 3 1 * *'] }),
          ),
          timeZone: z.exactOptional(z.string().max(64).meta({ description: 'Of cron and window. Default UTC.' })),
          afterMessages: z.exactOptional(z.int().min(1).meta({ description: 'Encrypted, signed or authenticated' })),
          afterBytes: z.exactOptional(
            z.union([z.int().min(1), z.string().max(32)]).meta({ description: 'Of messages', examples: ['1TiB'] }),
          ),
          window: z.exactOptional(
            z
              .strictObject({ days: z.exactOptional(z.array(z.enum(days)).max(7)), from: timeOfDay, to: timeOfDay })
              .meta({ description: 'When a rotation by time may be made' }),
          ),
          spread: z.exactOptional(duration('Up to so much later, by another time for each key')),
        })
        .meta({ description: 'A new primary version: whichever comes first' }),
    ),
    retire: z.exactOptional(
      z
        .strictObject({
          after: z.exactOptional(duration('Since the version stopped being primary')),
          unused: z.exactOptional(duration('Since it was last used')),
        })
        .meta({ description: 'Older versions decrypt and verify no more: whichever comes first' }),
    ),
    destroy: z.exactOptional(
      z
        .strictObject({
          after: duration('Since the version was retired, and since anybody last tried to use it'),
          keepVersions: z.exactOptional(
            z.int().min(1).meta({ description: 'So many versions keep their material, the newest. Default 1.' }),
          ),
        })
        .meta({ description: 'Retired versions lose their material for ever' }),
    ),
    expire: z.exactOptional(
      z
        .strictObject({
          at: z.exactOptional(
            z
              .string()
              .max(64)
              .meta({ format: 'date-time', examples: ['2030-01-31T12:00:00Z'] }),
          ),
          after: z.exactOptional(duration('Since the key was made')),
        })
        .meta({ description: 'The key is disabled: whichever comes first' }),
    ),
    unused: z.exactOptional(
      z.strictObject({ after: duration('Without use') }).meta({ description: 'The key is disabled' }),
    ),
    notify: z.exactOptional(
      z.strictObject({
        before: z
          .array(duration('Before the key is disabled'))
          .max(10)
          .meta({ examples: [['30d', '7d', '1d']] }),
      }),
    ),
    revoke: z.exactOptional(
      z
        .strictObject({
          compromised: z.exactOptional(z.enum(['block', 'decrypt-only']).meta({ description: 'Without it: block' })),
          campaign: z.exactOptional(z.boolean().meta({ description: 'Its revocation starts a rewrap campaign' })),
        })
        .meta({ description: 'What a version that is revoked as compromised still does' }),
    ),
  })
  .meta({
    id: 'Policy',
    examples: [{ rotate: { every: '90d', afterMessages: 1_000_000 }, retire: { after: '400d' } }],
  });

const tags = z
  .record(z.string(), z.string())
  .meta({ description: 'Keys that have all of these tags', examples: [{ class: 'pci' }] });

export const selectorPolicyBody = z.strictObject({ tags, policy });

export const simulateBody = z
  .strictObject({
    policy: z.exactOptional(policy).meta({
      description:
        'As if it were set for the key, for the tags, or else for the keyring. Default: the policies that are in force',
    }),
    key: z.exactOptional(
      z
        .string()
        .max(256)
        .meta({ description: 'Only this key: id, name or alias', examples: ['orders'] }),
    ),
    tags: z.exactOptional(tags),
    days: z.exactOptional(z.int().min(1).max(3650).meta({ description: 'From now on. Default 365.' })),
  })
  .meta({ examples: [{ policy: { rotate: { every: '90d' } }, tags: { class: 'pci' }, days: 730 }] });

/** Answers. */
const timestamp = z.iso.datetime();

const warnings = z
  .array(z.object({ rule: z.string(), warning: z.string() }))
  .meta({ description: 'Where it is weaker than NIST SP 800-57 recommends, or does not do what it seems to' });

const sourcedPolicy = z
  .object({
    source: z.string().meta({ description: '`key`, `selector/<name>` or `keyring`' }),
    policy,
    setAt: timestamp,
  })
  .meta({ id: 'SourcedPolicy' });

export const keyWithPolicyAnswer = keyAnswer
  .extend({
    policy: sourcedPolicy.nullable().meta({ description: 'The one in force' }),
    nextRotationAt: timestamp.nullable().meta({ description: 'null: by no rule that can be foreseen' }),
  })
  .meta({ id: 'KeyWithPolicy' });

const action = z.enum(ACTION_KINDS);

export const keyPolicyAnswer = z
  .object({
    keyId: z.string(),
    inForce: sourcedPolicy.nullable().meta({ description: 'It holds as a whole: rules of several are never mixed' }),
    candidates: z.array(sourcedPolicy).meta({ description: 'All that match the key, the one that holds first' }),
    nextRotationAt: timestamp.nullable(),
    upcoming: z
      .array(z.object({ action, rule: z.string(), at: timestamp, version: z.int().nullable() }))
      .meta({ description: 'What it will do to the key, as far as can be foreseen' }),
    warnings,
  })
  .meta({ id: 'KeyPolicy' });

export const keyringPoliciesAnswer = z
  .object({
    policy: policy.nullable().meta({ description: 'For keys with no closer one' }),
    setAt: timestamp.nullable(),
    selectors: z.array(z.object({ name: z.string(), tags, policy, setAt: timestamp, warnings })),
    warnings,
  })
  .meta({ id: 'KeyringPolicies' });

export const simulationAnswer = z
  .object({
    from: timestamp,
    until: timestamp,
    keys: z.int(),
    closer: z.int().meta({ description: 'Further keys, on which the policy has no effect: a closer one holds' }),
    rotated: z.int(),
    retired: z.int(),
    destroyed: z.int(),
    disabled: z.int(),
    inUse: z.int().meta({ description: 'Versions that would be retired or destroyed although they are in use' }),
    actions: z
      .array(
        z.object({
          at: timestamp,
          keyId: z.string(),
          keyName: z.string().nullable(),
          action,
          rule: z.string(),
          version: z.int().nullable(),
          usedAt: timestamp.nullable().meta({ description: 'When the version was used last, if that is not long ago' }),
        }),
      )
      .meta({ description: 'In the order of time; the first 1000' }),
    more: z.boolean(),
    warnings,
  })
  .meta({ id: 'Simulation' });
