import type { DataSource } from 'typeorm';
import { Nodes, type NodeReport } from '../ledger/nodes.js';
import { databaseFailure } from './database-failure.js';
import { liveNodes } from './live-nodes.js';
import { lockWrappings } from './wrapped-key-rows.js';

const BEAT_SQL = `insert into node (id, name, root_ids, started_at, seen_at)
  values ($1, $2, $3::jsonb, clock_timestamp(), clock_timestamp())
  on conflict (id) do update set root_ids = excluded.root_ids, seen_at = excluded.seen_at, stopped_at = null`;

export class PostgresNodes extends Nodes {
  constructor(private readonly changes: DataSource) {
    super();
  }

  /** Either a cutover sees this beat, or whoever reads the migration after it sees the cutover. */
  override async beat({ id, name, rootIds }: NodeReport): Promise<void> {
    try {
      await this.changes.transaction('READ COMMITTED', async (manager) => {
        await lockWrappings(manager, 'shared');
        await manager.query(BEAT_SQL, [id, name, JSON.stringify(rootIds)]);
      });
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async leave(id: string): Promise<void> {
    try {
      await this.changes.query('update node set stopped_at = clock_timestamp() where id = $1', [id]);
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async live(): Promise<NodeReport[]> {
    try {
      return await liveNodes(this.changes.manager);
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}
