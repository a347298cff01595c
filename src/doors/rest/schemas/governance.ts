import { z } from 'zod';
import { DUAL_CONTROL_OPERATIONS } from '../../../operations/vocabulary.js';
import { duration } from './access.js';

const approvers = z.int().min(1).max(16).meta({ description: 'How many must approve' });

/** null: none. */
export const dualControl = z
  .strictObject({
    approvers,
    operations: z.exactOptional(
      z.array(z.enum(DUAL_CONTROL_OPERATIONS)).meta({ description: 'Besides the guarded ones, which always need it' }),
    ),
    expiresIn: z
      .exactOptional(duration)
      .meta({ description: 'For how long a request may be decided and executed. Default 24h, at most 30d.' }),
  })
  .nullable()
  .meta({
    description: 'Which operations need several people; null: none. Guarded.',
    example: { approvers: 2, operations: ['key.schedule-destruction'] },
  });

export const dualControlAnswer = z
  .object({
    approvers,
    operations: z.array(z.string()),
    lifetime: z.int().meta({ description: 'Seconds for which a request may be decided and executed' }),
  })
  .nullable();

export const updateSettingsBody = z.strictObject({
  dualControl: z.exactOptional(dualControl),
  credentialPolicy: z.exactOptional(
    z
      .strictObject({ unusedAfter: duration })
      .nullable()
      .meta({
        description: 'Revokes credentials that were unused for so long (1d to 3650d), or that expired; null: none.',
        example: { unusedAfter: '90d' },
      }),
  ),
});

export const finishedBootstrapAnswer = z
  .object({
    tokens: z.array(z.string()).meta({ description: 'Ids of the tokens that ended' }),
    administrators: z.array(z.string()).meta({ description: 'Ids of the administrators who can come in' }),
  })
  .meta({ id: 'FinishedBootstrap' });

export const settingsAnswer = z
  .object({
    dualControl: dualControlAnswer,
    credentialPolicy: z
      .object({
        unusedAfter: z.int().meta({ description: 'Seconds' }),
        setAt: z.string().meta({ description: 'ISO 8601; what was unused before counts from here' }),
      })
      .nullable(),
  })
  .meta({ id: 'Settings' });
