import { expect } from '@jest/globals';
import { call } from '../support/server.js';
import { groupBy } from './group-by.js';
import type { History } from './history.js';
import type { KnownKey } from './known-key.js';
import type { Stand } from './stand.js';

interface AuditRecord {
  readonly id: string;
  readonly requestId: string;
  readonly operation: string;
  readonly outcome: string;
  readonly key: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Every change that was acknowledged has exactly one record, every use, read or repeat under an idempotency key one for
 * each time that it was decided (again, when what decided it changed meanwhile), and every key and version that exists, acknowledged or not, has the
 * record of its making.
 * @returns how many records there are
 */
export async function checkAudit(stand: Stand, history: History, keys: readonly KnownKey[]): Promise<number> {
  const records = await readAll(stand);
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  const byRequest = groupBy(records, ({ requestId }) => requestId);
  const unmatched = history.answered
    .filter(({ status }) => status < 300)
    .map((answered) => ({ ...answered, records: byRequest.get(answered.requestId) ?? [] }))
    .filter(
      ({ operation, isChange, records }) =>
        records.length === 0 ||
        (isChange && records.filter(({ detail }) => detail['replayed'] !== true).length > 1) ||
        records.some((record) => record.operation !== operation || record.outcome !== 'success'),
    );
  expect(unmatched).toEqual([]);
  const made = groupBy(
    records.filter(({ outcome, detail }) => outcome === 'success' && detail['replayed'] !== true),
    ({ operation, key }) => `${operation} ${key}`,
  );
  const count = (operation: string, id: string) => made.get(`${operation} ${id}`)?.length ?? 0;
  for (const { id, versions } of keys) {
    expect({ id, created: count('key.create', id), rotated: count('key.rotate', id) }).toEqual({
      id,
      created: 1,
      rotated: versions - 1,
    });
  }
  return records.length;
}

async function readAll(stand: Stand): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const path = `/api/v1/audit/records?limit=1000${cursor && `&cursor=${cursor}`}`;
    const { status, body } = await call(stand, stand.tokens.auditor, 'GET', path);
    expect(status).toBe(200);
    records.push(...body.items);
    cursor = body.nextCursor;
  }
  return records;
}
