import { z } from 'zod';
import { CALLER_TYPES, DOORS, PROVEN_STRENGTHS } from '../../../operations/vocabulary.js';
import { PAGING } from './paging.js';
import { ref, text, time } from './words.js';

const caller = ref('Id or name of a caller', 'billing');
const group = ref('Id or name of a group', 'payments');

export const createCallerBody = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: 'Unique; not like an id', examples: ['billing'] }),
  type: z.enum(CALLER_TYPES),
});

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

const NO_DURATION = { error: 'must be seconds, or a text such as 90d, 12h or 30m' } as const;

/** A number of seconds, or a text such as `90d` → seconds. */
export const duration = z
  .union([z.int(NO_DURATION), z.string().regex(/^[1-9]\d{0,8}[smhdw]$/, NO_DURATION)], NO_DURATION)
  .meta({ description: 'Seconds, or a number with s, m, h, d or w', examples: ['90d'] })
  .transform((given) => (typeof given === 'number' ? given : secondsOf(given)));

function secondsOf(text: string): number {
  return Number(text.slice(0, -1)) * (SECONDS[text.slice(-1)] ?? Number.NaN);
}

export const rotateTokenBody = z.strictObject({
  overlap: z.exactOptional(z.union([z.literal(0), duration])).meta({
    description:
      'For how long the old token goes on: seconds, or a text such as 12h. Default 24h, at most 30d; 0: it ends at once.',
  }),
  expiresIn: z
    .exactOptional(duration)
    .meta({ description: 'The life of the new token. Default: as long as the old one was given.' }),
});

export const createTokenBody = z.strictObject({
  expiresIn: z
    .exactOptional(duration)
    .meta({ description: 'Its life: seconds, or a text such as 12h. Default 90d, at most 400d.' }),
  description: z.exactOptional(text('For people', 1024)),
});

const scope = z
  .union(
    [
      z.strictObject({ everything: z.literal(true) }),
      z.strictObject({
        keyring: ref('Id or name of a keyring', 'default'),
        key: z.exactOptional(ref('Id, name or alias of a key', 'orders')),
      }),
      z.strictObject({
        keyring: ref('Id or name of a keyring', 'default'),
        tags: z.record(z.string(), z.string()).meta({ description: 'Its keys that have all these tags' }),
      }),
    ],
    { error: 'must be {"everything": true}, {"keyring": …} {"keyring": …, "key": …} or {"keyring": …, "tags": {…}}' },
  )
  .meta({
    description: 'Where the role holds: everywhere, in a keyring, for one key, or for keys with certain tags',
    examples: [{ keyring: 'default' }],
  });

const conditions = z
  .strictObject({
    context: z.exactOptional(
      z
        .strictObject({
          equals: z.exactOptional(
            z
              .record(z.string(), z.string())
              .meta({ description: 'Pairs that the encryption context must hold; it may hold others' }),
          ),
          subset: z.exactOptional(
            z.array(z.string()).meta({ description: 'The encryption context must name nothing else than these' }),
          ),
        })
        .meta({ examples: [{ equals: { tenant: 'acme' } }] }),
    ),
    sourceNetworks: z.exactOptional(
      z.array(z.string().max(64)).meta({ description: 'CIDRs or addresses', examples: [['10.0.0.0/8']] }),
    ),
    notBefore: z.exactOptional(time('It does not hold before')),
    expiresAt: z.exactOptional(time('It ends by itself: the same as expiresAt of the binding')),
    doors: z.exactOptional(z.array(z.enum(DOORS))),
    authentication: z.exactOptional(
      z
        .array(z.enum(PROVEN_STRENGTHS))
        .meta({ description: 'How the caller must have proven itself: by a second factor, by a client certificate' }),
    ),
  })
  .meta({ description: 'What must be so for the binding to hold: all that is given; of a list, one' });

const role = ref('Name of a built-in or a custom role', 'crypto-user');

export const createBindingBody = z.strictObject({
  caller: z.exactOptional(caller),
  group: z.exactOptional(group),
  role,
  scope,
  conditions: z.exactOptional(conditions),
  effect: z.exactOptional(
    z.enum(['allow', 'deny']).meta({ description: 'Default allow; a deny wins over every allow' }),
  ),
  expiresIn: z
    .exactOptional(duration)
    .meta({ description: 'Seconds, or a text such as 12h, until it ends by itself. Default: never.' }),
  expiresAt: z.exactOptional(time('Instead of expiresIn: when')),
});

export const listBindingsQuery = z.strictObject({
  ...PAGING,
  caller: z.exactOptional(caller),
  group: z.exactOptional(group),
  keyring: z.exactOptional(ref('Id or name of a keyring', 'default')),
});

const timestamp = z.iso.datetime();

export const callerAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.enum(CALLER_TYPES),
    state: z.enum(['enabled', 'disabled']),
    createdAt: timestamp,
  })
  .meta({ id: 'Caller' });

export const tokenAnswer = z
  .object({
    id: z.string().meta({ description: 'Public: the part of the token that finds it' }),
    caller: z.string().meta({ description: 'Id of the caller' }),
    state: z.enum(['active', 'expired', 'revoked']),
    description: z.string(),
    purpose: z.enum(['api', 'bootstrap', 'development', 'invitation', 'session']),
    source: z.enum(['any', 'loopback']).meta({ description: 'loopback: refused from any other address' }),
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    revokedAt: timestamp.nullable(),
  })
  .meta({ id: 'Token' });

export const newTokenAnswer = tokenAnswer
  .extend({
    token: z
      .string()
      .optional()
      .meta({ description: 'Shown once: a repeat under the same Idempotency-Key does not hold it' }),
  })
  .meta({ id: 'NewToken' });

export const listedTokenAnswer = tokenAnswer
  .extend({ lastUsedAt: timestamp.nullable().meta({ description: 'To within 5 seconds; null: never' }) })
  .meta({ id: 'ListedToken' });

export const rotatedTokenAnswer = newTokenAnswer
  .extend({ previous: tokenAnswer.meta({ description: 'The old token, with the moment at which it ends' }) })
  .meta({ id: 'RotatedToken' });

export const bindingAnswer = z
  .object({
    id: z.string(),
    caller: z.string().nullable().meta({ description: 'Id of the caller; null for a group’s' }),
    callerName: z.string().nullable(),
    group: z.string().nullable().meta({ description: 'Id of the group; null for a caller’s' }),
    groupName: z.string().nullable(),
    role: z.string(),
    effect: z.enum(['allow', 'deny']),
    scope: z.record(z.string(), z.unknown()),
    conditions: z.record(z.string(), z.unknown()).nullable(),
    expiresAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'Binding' });

export const whoamiAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    credential: z.object({ id: z.string(), expiresAt: timestamp.nullable() }).nullable(),
    roles: z.array(
      z.object({
        role: z.string(),
        effect: z.string(),
        scope: z.record(z.string(), z.unknown()),
        conditions: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  })
  .meta({ id: 'Whoami' });
