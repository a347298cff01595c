import { z } from 'zod';
import { text } from './words.js';

const claim = z.strictObject({
  issuer: z.string().min(1).max(512).meta({ description: 'Of KEYSTEAD_OIDC_ISSUERS, with a groupsClaim' }),
  value: z.string().min(1).max(512).meta({ description: 'What its groups claim must hold' }),
});

export const createGroupBody = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: 'Unique among groups', examples: ['payments'] }),
  description: z.exactOptional(text('For people', 1024)),
  claim: z.exactOptional(claim),
});

export const groupAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    members: z.array(z.object({ id: z.string(), name: z.string().nullable() })),
    claim: z.object({ issuer: z.string(), value: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Group' });
