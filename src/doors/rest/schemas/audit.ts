import { z } from 'zod';
import { AUDIT_INTERVALS, AUDIT_ORDERS, AUDIT_OUTCOMES, OPERATIONS } from '../../../operations/vocabulary.js';
import { minimumIndex } from './audit-settings.js';
import { pageOf, PAGING } from './paging.js';
import { numeral, ref, time } from './words.js';

const FILTERS = {
  key: z.exactOptional(ref('Id, name or alias of a key', 'orders')),
  caller: z.exactOptional(ref('Id or name of a caller', 'billing')),
  operation: z.exactOptional(z.enum(OPERATIONS).meta({ examples: ['decrypt'] })),
  outcome: z.exactOptional(z.enum(AUDIT_OUTCOMES)),
  door: z.exactOptional(ref('The protocol it came by', 'rest')),
  source: z.exactOptional(ref('The address it came from', '192.0.2.7')),
  requestId: z.exactOptional(ref('Id of a request', '0190a5d0-0000-7000-8000-000000000000')),
  contextHash: z.exactOptional(
    ref('Keyed hash of a value of the encryption context, from `POST /api/v1/audit/hash`', 'Zm9vYmFyYmF6cXV4eHl6enk'),
  ),
  after: z.exactOptional(numeral('Records behind this index', { min: 0, max: 9_999_999_999 })),
  since: z.exactOptional(time('Records from this moment on')),
  until: z.exactOptional(time('Records before this moment')),
};

const behind = z.int().meta({
  description: 'Records that were written before and are not searched yet: 0, unless the service is overloaded',
});

export const rebuildAnswer = z
  .object({ records: z.int().meta({ description: 'Those that are searched again as they are made' }) })
  .meta({ id: 'IndexRebuild' });

export const auditQuery = z.strictObject({
  ...PAGING,
  ...FILTERS,
  order: z.exactOptional(z.enum(AUDIT_ORDERS).meta({ description: 'Default: `newest` first' })),
});

export const auditSummaryQuery = z.strictObject({
  ...FILTERS,
  interval: z.exactOptional(z.enum(AUDIT_INTERVALS).meta({ description: 'Of the histogram. Default: `hour`' })),
});

const COUNTS = { success: z.int(), denied: z.int(), error: z.int() };

export const auditSummaryAnswer = z
  .object({
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    interval: z.enum(AUDIT_INTERVALS),
    counts: z.object(COUNTS),
    operations: z
      .array(z.object({ operation: z.string(), count: z.int() }))
      .meta({ description: 'The most frequent first' }),
    behind,
    histogram: z
      .array(z.object({ from: z.iso.datetime(), ...COUNTS }))
      .meta({ description: 'The earliest first; intervals without a record are left out' }),
  })
  .meta({ id: 'AuditSummary' });

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

export const auditPageAnswer = pageOf(auditRecordAnswer).extend({ minimumIndex, behind });
