import { z } from 'zod';

const root = {
  rootId: z.string().meta({ description: 'Of the root that unwraps first' }),
  rootVersion: z.int().meta({ description: 'Its newest version' }),
  remaining: z.int().meta({ description: 'Wrappings that are still under an older version of it' }),
} as const;

export const rootAnswer = z
  .object({
    ...root,
    migration: z
      .object({
        phase: z.string(),
        from: z.string(),
        to: z.string(),
        wrapped: z.int().meta({ description: 'Objects wrapped by the new root' }),
        total: z.int(),
        waitingFor: z.array(z.string()).meta({ description: 'Live nodes that have not confirmed the new root' }),
      })
      .optional(),
  })
  .meta({ id: 'Root' });

export const rootRotatedAnswer = z
  .object({
    ...root,
    rewrapped: z.int().meta({ description: 'Wrappings moved to the new version before this answer' }),
  })
  .meta({ id: 'RotatedRoot' });

export const sealAnswer = z
  .object({
    sealed: z.boolean(),
    roots: z
      .array(z.object({ root: z.string(), given: z.int(), threshold: z.int(), shares: z.int() }))
      .meta({ description: 'Roots that shares open: the setting, shares given so far, needed, and in existence' }),
  })
  .meta({ id: 'Seal' });
