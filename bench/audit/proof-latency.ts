import { randomInt } from 'node:crypto';
import { KeysteadClient } from '../../src/client/client.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { proverOn } from '../../src/storage/audit/log-tiles.js';
import type { AuditStand } from './audit-stand.js';
import { latencyOf, type Latency } from './percentile.js';

const TIMES = 500;
const FEW_TIMES = 100;

/** Over HTTP, one request after the other; each of them is authenticated, authorised and on record itself. */
export async function measureProofs({ url, auditor, database }: AuditStand): Promise<readonly Latency[]> {
  const { audit } = new KeysteadClient({ url, token: auditor });
  const key = readVerifierKey(await audit.log.verifierKey());
  const { size } = openCheckpoint(await audit.log.checkpoint(), key);
  const consistency = () => {
    const [one, other] = [randomInt(1, size), randomInt(1, size)];
    return audit.log.consistency(Math.min(one, other), Math.max(one, other));
  };
  return [
    await latencyOf('the bytes of a record', TIMES, () => audit.record(randomInt(size))),
    await latencyOf('inclusion of a record in the newest tree that is signed', TIMES, () =>
      audit.proof(randomInt(size)),
    ),
    await latencyOf('consistency of two sizes', TIMES, consistency),
    await latencyOf('the path of a record alone, out of the database, without a request', TIMES, () =>
      proverOn(database.reads).inclusion(randomInt(size), size),
    ),
    await latencyOf('a checkpoint over everything, signed for the request', FEW_TIMES, () => audit.log.checkpoint()),
  ];
}
