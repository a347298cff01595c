import { z } from 'zod';
import { DOORS, OPERATIONS, STRENGTHS } from '../../../operations/vocabulary.js';
import { bindingAnswer } from './access.js';
import { ref } from './words.js';

const operation = z.enum(OPERATIONS).meta({ examples: ['decrypt'] });
const resource = z.exactOptional(
  z
    .string()
    .min(1)
    .max(600)
    .meta({
      description: 'install (the default), keyrings/<keyring> or keyrings/<keyring>/keys/<key>',
      examples: ['keyrings/default/keys/orders'],
    }),
);
/** `name=value` → one pair of an encryption context. */
const pair = z
  .string()
  .regex(/^[^=]+=/s, { error: 'must be name=value' })
  .max(8192)
  .transform((text) => ({ [text.slice(0, text.indexOf('='))]: text.slice(text.indexOf('=') + 1) }));
const many = <T extends z.ZodType>(one: T) => z.union([one.transform((value) => [value]), z.array(one)]);

export const explainQuery = z.strictObject({
  caller: ref('Id or name of a caller', 'billing'),
  operation,
  resource,
  context: z
    .exactOptional(many(pair).transform((pairs): Record<string, string> => Object.assign({}, ...pairs)))
    .meta({ description: 'name=value of an encryption context; may be given again' }),
  source: z.exactOptional(z.string().max(64).meta({ description: 'An address' })),
  door: z.exactOptional(z.enum(DOORS)),
  strength: z.exactOptional(z.enum(STRENGTHS)),
  groups: z
    .exactOptional(many(ref('Id or name of a group', 'payments')))
    .meta({ description: 'A group that its JWT would name; may be given again' }),
});

export const whoCanQuery = z.strictObject({ operation, resource });

export const explanationAnswer = z
  .object({
    allowed: z.boolean(),
    reason: z.enum([
      'everybody',
      'allowed',
      'denied',
      'no-binding',
      'denied-by-key-policy',
      'not-in-key-policy',
      'separation-of-duties',
      'caller-disabled',
      'needs-other-permission',
    ]),
    bindings: z
      .array(
        bindingAnswer
          .extend({
            verdict: z.enum(['allows', 'denies', 'ended', 'other-operation', 'other-resource', 'conditions-not-met']),
          })
          .meta({ id: 'ConsideredBinding' }),
      )
      .meta({ description: 'Of the caller and its groups; those that decided first' }),
    rules: z
      .object({ policy: z.enum(['allows', 'denies', 'delegates', 'silent']), grants: z.array(z.string()) })
      .nullable()
      .meta({ description: 'What the key policy of the key says, and the ids of its grants that allow it' }),
    administers: z
      .string()
      .nullable()
      .meta({ description: 'Id of the binding that administers, where duties are separate' }),
    separationOfDuties: z.boolean().meta({ description: 'Nobody may both administer and use keys there' }),
    missing: z.array(z.string()).meta({ description: 'What the operation needs besides, and the caller has not' }),
  })
  .meta({ id: 'Explanation' });

export const whoCanAnswer = z
  .object({
    items: z.array(
      z.object({
        kind: z.enum(['caller', 'group']).meta({ description: 'A group stands for those whose JWTs name it' }),
        id: z.string(),
        name: z.string(),
        bindings: z.array(bindingAnswer),
      }),
    ),
  })
  .meta({ id: 'WhoCan' });
