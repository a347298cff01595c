import { z } from 'zod';
import { duration, listedTokenAnswer, tokenAnswer } from './access.js';
import { text } from './words.js';

export const accountId = z
  .string()
  .length(12)
  .meta({ description: 'Id of an AWS account: twelve digits', examples: ['000000000001'] });

export const createAccessKeyBody = z.strictObject({
  accountId,
  root: z.exactOptional(
    z.boolean().meta({
      description:
        'Whether it is the root principal of the account, which may everything with the keys of the keyrings that stand for it. Guarded. Default false: the bindings of the caller decide.',
    }),
  ),
  temporary: z.exactOptional(
    z.boolean().meta({ description: 'Good only together with a session token, for an hour by default, 36h at most' }),
  ),
  expiresIn: z
    .exactOptional(duration)
    .meta({ description: 'Its life: seconds, or a text such as 12h. Default 90d, at most 400d.' }),
  description: z.exactOptional(text('For people', 1024)),
});

const ofAccessKey = {
  accessKeyId: z.string().meta({ description: 'The same as id' }),
  accountId: z.string(),
  root: z.boolean(),
};

export const newAccessKeyAnswer = tokenAnswer
  .extend({
    ...ofAccessKey,
    secretAccessKey: z
      .string()
      .optional()
      .meta({ description: 'Shown once: a repeat under the same Idempotency-Key does not hold it' }),
    sessionToken: z.string().optional().meta({ description: 'Of a temporary one: shown once, too' }),
  })
  .meta({ id: 'NewAccessKey' });

export const listedAccessKeyAnswer = listedTokenAnswer.extend(ofAccessKey).meta({ id: 'ListedAccessKey' });
