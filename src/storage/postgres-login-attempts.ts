import type { DataSource, EntityManager } from 'typeorm';
import {
  FORGOTTEN_AFTER_SECONDS,
  LANES,
  LoginAttempts,
  TRUSTED_FOR_SECONDS,
  waitsUntil,
  type Lane,
  type Lanes,
} from '../access/login-attempts.js';
import { databaseFailure } from './database-failure.js';

interface AttemptRow {
  readonly failures: number;
  readonly last_at: Date;
  readonly trusted_until: Date | null;
}

const NAMES = Object.keys(LANES) as Lane[];

/** Rows by keyed digests: who reads the table learns no name and no address. */
export class PostgresLoginAttempts extends LoginAttempts {
  constructor(private readonly changes: DataSource) {
    super();
  }

  override async begin(lanes: Lanes, now: Date): Promise<number> {
    return this.#inTransaction(async (manager) => {
      // In the order of the digests, so that two attempts do not wait for each other in a circle.
      const rows = new Map<Lane, AttemptRow>();
      for (const lane of NAMES.toSorted((a, b) => lanes[a].compare(lanes[b]))) {
        rows.set(lane, await lock(manager, lanes[lane], now));
      }
      const isTrusted = (rows.get('pair')?.trusted_until?.getTime() ?? 0) > now.getTime();
      const ends = [...rows].map(([lane, { failures, last_at: lastAt }]) =>
        lane === 'name' && isTrusted ? 0 : waitsUntil(lane, failures, lastAt),
      );
      const wait = (Math.max(...ends) - now.getTime()) / 1000;
      if (wait > 0) return wait;
      await manager.query(`update login_attempt set failures = failures + 1, last_at = $2 where lane = any($1)`, [
        NAMES.map((lane) => lanes[lane]),
        now,
      ]);
      return 0;
    });
  }

  override async succeed(lanes: Lanes, now: Date): Promise<void> {
    const trustedUntil = new Date(now.getTime() + TRUSTED_FOR_SECONDS * 1000);
    await this.#inTransaction(async (manager) => {
      await manager.query(
        `update login_attempt set failures = case when lane = $3 then greatest(failures - 1, 0) else 0 end,
           trusted_until = case when lane = $1 then $4::timestamptz end
         where lane in ($1, $2, $3)`,
        [lanes.pair, lanes.name, lanes.source, trustedUntil],
      );
    });
  }

  async #inTransaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.changes.transaction('READ COMMITTED', work);
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}

/** The lane's row, made if need be, held until the end of the transaction; one that is old begins anew. */
async function lock(manager: EntityManager, lane: Buffer, now: Date): Promise<AttemptRow> {
  const [row] = await manager.query<AttemptRow[]>(
    `insert into login_attempt (lane, failures, last_at) values ($1, 0, $2)
     on conflict (lane) do update set failures =
       case when login_attempt.last_at < $2::timestamptz - make_interval(secs => $3) then 0 else login_attempt.failures end
     returning failures, last_at, trusted_until`,
    [lane, now, FORGOTTEN_AFTER_SECONDS],
  );
  if (!row) throw new Error('an upsert returned no row');
  return row;
}
