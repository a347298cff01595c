import { checkAudit } from './check-audit.js';
import { checkKeys } from './check-keys.js';
import { History } from './history.js';
import { PersistentCaller } from './persistent-caller.js';
import { Stand, type DatabaseKind } from './stand.js';
import { Writer } from './writer.js';

/** Operations that are acknowledged in the end. */
export const WRITES = 1000;
const WRITERS = 20;

/** Runs the writers, and `disaster` once each time this many of their operations are acknowledged; then checks everything. */
export async function survive(kind: DatabaseKind, at: readonly number[], disaster: (stand: Stand) => Promise<unknown>) {
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
