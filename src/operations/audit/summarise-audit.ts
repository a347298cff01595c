import { AUDIT_INTERVALS, type AuditInterval, type AuditSummary } from '../../audit/journal.js';
import { KmsError } from '../../errors.js';
import type { UseOperation } from '../operation.js';
import { resolveAudit, type AuditFilterInput, type ResolvedAudit } from './read-audit.js';

export interface SummariseAuditInput extends AuditFilterInput {
  /** Of the histogram; default `hour`. */
  readonly interval?: AuditInterval;
}

export interface DatedSummary extends AuditSummary {
  readonly since: Date;
  readonly until: Date;
  readonly interval: AuditInterval;
}

const MINUTE_MS = 60_000;
const LENGTHS: Readonly<Record<AuditInterval, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 1440 * MINUTE_MS,
};
const MAX_INTERVALS = 2000;

/** How many records there are of what the caller may read; of the last 24 hours unless it says otherwise. */
export const summariseAudit: UseOperation<SummariseAuditInput, ResolvedAudit, DatedSummary> = {
  name: 'audit.read',
  resolve: resolveAudit,

  async run(deps, { keyrings, filters }, { interval = 'hour', since, until }) {
    const end = until ?? new Date(deps.clock.now());
    const start = since ?? new Date(end.getTime() - LENGTHS.day);
    if ((end.getTime() - start.getTime()) / LENGTHS[interval] > MAX_INTERVALS) {
      const longer = AUDIT_INTERVALS.slice(AUDIT_INTERVALS.indexOf(interval) + 1).join(' or ') || 'a shorter time';
      throw new KmsError('invalid-request', `interval: more than ${MAX_INTERVALS} of them; ask for ${longer}`);
    }
    const summary = await deps.journal.summarise(
      { ...(keyrings && { keyrings }), ...filters, since: start, until: end },
      interval,
    );
    return {
      output: { since: start, until: end, interval, ...summary },
      detail: { summary: interval, ...filters },
    };
  },
};
