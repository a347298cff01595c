import { z } from 'zod';

export const advanceTestClockBody = z.strictObject({
  advance: z
    .string()
    .max(64)
    .meta({ description: 'A duration', examples: ['91d'] }),
});

export const testClockAnswer = z
  .object({
    now: z.iso.datetime().meta({ description: "By the schedule's clock" }),
    applied: z.int().meta({ description: 'What policies did to keys' }),
    destroyed: z.int().meta({ description: 'Keys whose destruction was due' }),
    campaigns: z.int().meta({ description: 'Campaigns that closed by themselves' }),
    revoked: z.int().meta({ description: 'Credentials that the policy of the install revoked' }),
    failed: z.int(),
    rewrapping: z.int(),
  })
  .meta({ id: 'TestClockAdvanced' });
