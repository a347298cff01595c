import { z } from 'zod';

export const liveAnswer = z.object({ status: z.literal('live') });

export const readyAnswer = z.object({
  status: z.enum(['ready', 'not-ready']),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })),
});
