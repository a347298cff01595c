import { z } from 'zod';
import { AUDIT_OUTCOMES, OPERATIONS } from '../../../operations/vocabulary.js';
import { PAGING } from './paging.js';
import { ref, time } from './words.js';

export const auditQuery = z.strictObject({
  ...PAGING,
  key: z.exactOptional(ref('Id, name or alias of a key', 'orders')),
  caller: z.exactOptional(ref('Id or name of a caller', 'billing')),
  operation: z.exactOptional(z.enum(OPERATIONS).meta({ examples: ['decrypt'] })),
  outcome: z.exactOptional(z.enum(AUDIT_OUTCOMES)),
  since: z.exactOptional(time('Records from this moment on')),
  until: z.exactOptional(time('Records before this moment')),
});

export const auditRecordAnswer = z
  .object({
    index: z.int().meta({ description: 'Its place in the log, from 0' }),
    id: z.string(),
    at: z.iso.datetime(),
    caller: z.string().meta({
      description: "The caller's id; `system:…` for the service itself; `anonymous` before authentication",
    }),
    callerName: z.string().nullable(),
    credential: z.string().nullable().meta({ description: 'Id of the token' }),
    door: z.string(),
    source: z.string().nullable().meta({ description: 'The address it came from' }),
    operation: z.string(),
    resource: z.string().meta({ description: '`key/<id>`, `keyring/<id>`, `caller/<id>`, `install` …' }),
    keyring: z.string().nullable(),
    key: z.string().nullable(),
    version: z.int().nullable(),
    outcome: z.enum(AUDIT_OUTCOMES),
    code: z.string().nullable().meta({ description: 'The error code, unless the outcome is success' }),
    requestId: z.string(),
    node: z.string(),
    durationUs: z.int(),
    detail: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Facts of the operation; never data, keys or tokens' }),
  })
  .meta({ id: 'AuditRecord' });
