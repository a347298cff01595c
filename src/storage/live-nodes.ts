import type { EntityManager } from 'typeorm';
import type { NodeReport } from '../ledger/nodes.js';
import { NodeEntity } from './entities/node.entity.js';

/** Heard of within the last 60 seconds and not stopped. */
export async function liveNodes(manager: EntityManager): Promise<NodeReport[]> {
  const rows = await manager
    .createQueryBuilder(NodeEntity, 'node')
    .where(`node.stoppedAt is null and node.seenAt > clock_timestamp() - interval '60 seconds'`)
    .orderBy('node.name')
    .addOrderBy('node.id')
    .getMany();
  return rows.map(({ id, name, rootIds }) => ({ id, name, rootIds }));
}
