import { z } from 'zod';
import { ref, text } from './words.js';

const days = z.int().min(365).max(36_500);
export const minimumIndex = z
  .int()
  .meta({ description: 'Index of the first record that is there: those before were dropped' });

export const createHoldBody = z
  .strictObject({
    reason: text('Why, such as the number of a case', 500).min(1),
    everything: z.exactOptional(z.literal(true).meta({ description: 'The whole log' })),
    keyring: z.exactOptional(ref('Id or name of a keyring', 'default')),
    key: z.exactOptional(ref('Id, name or alias of a key of the keyring', 'orders')),
  })
  .meta({ example: { reason: 'case 2026-17', keyring: 'default', key: 'orders' } });

export const holdAnswer = z
  .object({
    id: z.string(),
    scope: z.union([
      z.object({ everything: z.literal(true) }),
      z.object({ keyring: z.string(), key: z.string() }),
      z.object({ keyring: z.string() }),
    ]),
    reason: z.string(),
    createdBy: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'AuditHold' });

export const auditRetention = z
  .strictObject({ days })
  .nullable()
  .meta({
    description:
      'Drops audit records that are older than so many days (at least 365); their hashes stay. null: none. Guarded.',
    example: { days: 400 },
  });

export const auditClearContext = z.array(ref('A name', 'tenant')).max(64).meta({
  description:
    'Names of encryption contexts whose values stand in the audit records in the clear, from now on; all others stand there as keyed hashes. Guarded.',
});

export const hashContextBody = z
  .strictObject({ name: z.string().max(1_024), value: z.string().max(8_192) })
  .meta({ example: { name: 'tenant', value: 'acme' } });

export const hashContextAnswer = z
  .object({ hash: z.string().meta({ description: 'As it stands in `detail.contextHashes`' }) })
  .meta({ id: 'ContextHash' });

export const auditSettingsAnswer = z.object({
  retention: z
    .object({
      days,
      setAt: z.string(),
      setBy: z.string(),
      approval: z.string().nullable().meta({ description: 'Id of the request under dual control' }),
      approvers: z.array(z.string()),
    })
    .nullable(),
  holds: z.array(holdAnswer),
  minimumIndex,
  clearContext: z.array(z.string()),
});

export const minimumAnswer = z.object({ minimumIndex }).meta({ id: 'MinimumIndex' });
