import { uuidv7 } from '../../src/keys/uuid.js';
import { cpuTimeOf } from '../process-times.js';
import type { AuditStand } from './audit-stand.js';

/** µs of CPU per record. */
export interface Cost {
  readonly node: number;
  readonly PostgreSQL: number;
}

export interface WritePath {
  readonly records: number;
  /** Records that committed together. */
  readonly batch: number;
  /** What a request waits for. */
  readonly append: Cost;
  /** Order and tree: bundles, tiles. */
  readonly order: Cost;
  readonly searchIndex: Cost;
}

/** Each step of the write path by itself, in a tight loop. @param inFlight appends under way at once */
export async function measureWritePath(stand: AuditStand, records: number, inFlight: number): Promise<WritePath> {
  const { database, journal, record, sequencer, projection } = stand;
  const catchUp = async () => {
    await sequencer.catchUp();
    await projection.catchUp();
  };
  const appendAll = async (count: number) => {
    let left = count;
    const producer = async () => {
      while (left-- > 0) await journal.append({ ...record, id: uuidv7(), at: new Date() }, []);
    };
    await Promise.all(Array.from({ length: inFlight }, producer));
  };
  const batches = async () => {
    const [row] = await database.reads.query<{ count: string }[]>('select count(*) from audit_batch');
    return Number(row?.count);
  };
  const postgres = database.embedded?.pid ?? 0;
  const cost = async (work: () => Promise<void>): Promise<Cost> => {
    const before = await cpuTimeOf({ pid: postgres, withChildren: true });
    const own = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(own);
    const after = await cpuTimeOf({ pid: postgres, withChildren: true });
    return { node: (user + system) / records, PostgreSQL: (after - before) / records };
  };
  await appendAll(records / 4);
  await catchUp();
  const before = await batches();
  const append = await cost(() => appendAll(records));
  const batch = records / ((await batches()) - before);
  const order = await cost(() => sequencer.catchUp());
  const searchIndex = await cost(() => projection.catchUp());
  return { records, batch, append, order, searchIndex };
}
