import { runMaintenance } from '../../src/operations/maintenance.js';
import type { RotationStand } from './rotation-stand.js';

const TICKS = 21;
const AT_ONCE = 50_000;
const INSERT_SQL = `insert into due_key (key_id, keyring_id, due_at, marks, failures)
  select gen_random_uuid(), gen_random_uuid(), now() + interval '1000 days' + n * interval '1 s', 1, 0
  from generate_series($1::integer + 1, $1::integer + $2::integer) n`;

export interface IdleTick {
  readonly rows: number;
  /** Medians. */
  readonly claimMs: number;
  readonly tickMs: number;
}

/** What a tick of the schedule costs where none of very many keys is due: the places in the schedule alone, without keys. */
export async function measureIdleTick({ kms, deps, database }: RotationStand, rows: number): Promise<IdleTick> {
  for (let made = 0; made < rows; made += AT_ONCE) await database.changes.query(INSERT_SQL, [made, AT_ONCE]);
  await database.changes.query('analyze due_key');
  return {
    rows,
    claimMs: await medianMs(() => deps.dueKeys.claim(new Date(deps.engineClock.now()), 50)),
    tickMs: await medianMs(() => runMaintenance(kms, deps)),
  };
}

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  while (times.length < TICKS) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(TICKS / 2)] ?? 0;
}
