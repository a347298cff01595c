import { describe, expect, it } from '@jest/globals';
import { checkAudit } from './check-audit.js';
import { checkKeys } from './check-keys.js';
import { History } from './history.js';
import { killPostgres } from './kill-postgres.js';
import { PersistentCaller } from './persistent-caller.js';
import { Stand, type DatabaseKind } from './stand.js';
import { Writer } from './writer.js';

const WRITES = 1000;
const WRITERS = 20;
const AT_MOST_MS = 400_000;

/** Runs the writers, and `disaster` once each time this many of their operations are acknowledged; then checks everything. */
async function survive(kind: DatabaseKind, at: readonly number[], disaster: (stand: Stand) => Promise<unknown>) {
  const stand = await Stand.start(kind);
  const history = new History(WRITES);
  try {
    const caller = new PersistentCaller(stand, history);
    const writers = Array.from({ length: WRITERS }, (_, number) => new Writer(caller, number));
    const disasters = at.map((count) => history.reach(count).then(() => disaster(stand)));
    await Promise.all([...writers.map((writer) => writer.write()), ...disasters]);
    const { acknowledged, lost, unavailable } = history;
    const checked = await checkKeys(caller, writers);
    const keys = writers.flatMap((writer) => writer.keys);
    const records = await checkAudit(stand, history, keys);
    const counts = { database: kind, acknowledged, lost, unavailable, ...checked, records };
    console.log(
      Object.entries(counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
    );
    return counts;
  } catch (error) {
    history.abandon();
    console.log(stand.output);
    throw error;
  } finally {
    await stand.remove();
  }
}

describe.each(['embedded', 'external'] as const)(
  'a server on the %s database, killed in the middle of its work',
  (kind) => {
    it(
      'has kept every operation that it acknowledged, and nothing by half',
      async () => {
        const { acknowledged, lost } = await survive(kind, [350, 700], (stand) => stand.kill());
        expect(acknowledged).toBeGreaterThanOrEqual(WRITES);
        expect(lost).toBeGreaterThan(0);
      },
      AT_MOST_MS,
    );
  },
);

describe('a server whose embedded PostgreSQL is killed under it', () => {
  it(
    'goes on by itself, has kept every operation that it acknowledged, and answers nothing wrong meanwhile',
    async () => {
      const killed: number[] = [];
      const { acknowledged, lost } = await survive('embedded', [250, 500, 750], async (stand) =>
        killed.push(await killPostgres(stand.dataDir)),
      );
      expect(acknowledged).toBeGreaterThanOrEqual(WRITES);
      expect(lost).toBe(0);
      expect(killed.every((processes) => processes > 3)).toBe(true);
    },
    AT_MOST_MS,
  );
});
