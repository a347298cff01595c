import { KeptCheckpoint } from '../audit/log/kept-checkpoint.js';
import { LogSigner } from '../audit/log/log-signer.js';
import type { AuditRecord } from '../audit/record.js';
import { readConfig } from '../config/config.js';
import { isKmsError, KmsError } from '../errors.js';
import { uuidv7 } from '../keys/uuid.js';
import { Checkpointer } from '../storage/audit/checkpointer.js';
import { LogKeeper } from '../storage/audit/log-keeper.js';
import { LogWriter } from '../storage/audit/log-writer.js';
import { Sequencer } from '../storage/audit/sequencer.js';
import { signFirst } from '../storage/audit/sign-first.js';
import { Database } from '../storage/database.js';
import { CheckpointFile } from './checkpoint-file.js';
import { enterNextEpoch, logFiles, makeNextSigner } from './log-epoch-files.js';
import { nextOrigin } from './log-origins.js';
import { mustBeSetUp } from './must-be-set-up.js';
import { withOfflineService } from './offline.module.js';
import type { AskShare } from './unseal-by-keepers.js';

export interface LogEpoch {
  readonly origin: string;
  readonly verifierKey: string;
  /** The last that was signed before, and cannot be gone on from. */
  readonly lastCheckpoint: string;
}

/**
 * After a restore: the log goes on under a new origin and a new key, because what was signed under the old one cannot be gone on from. The first
 * record of the new epoch names the last checkpoint of the old one.
 * @param environment the server's own
 * @param share       for a root key of `shamir:`
 * @throws KmsError conflict where nothing hinders the service from signing
 */
export async function newLogEpoch(
  environment: Readonly<Record<string, string | undefined>>,
  share?: AskShare,
): Promise<LogEpoch> {
  const config = readConfig({ ...environment });
  await mustBeSetUp(config);
  const files = logFiles(config);
  return withOfflineService(
    config,
    async (app) => {
      await app.get(LogKeeper).stop();
      await app.get(Sequencer).catchUp();
      await mustBeRefused(app.get(Checkpointer));
      const lastCheckpoint = (await app.get(KeptCheckpoint).read()) ?? '';
      const before = app.get(LogSigner).name;
      const next = await makeNextSigner(files, nextOrigin(before));
      const { reads, appends } = app.get(Database);
      const insert = 'insert into audit_origin (id, verifier_key) select max(id) + 1, $1 from audit_origin';
      await reads.query(insert, [next.verifierKey]);
      await enterNextEpoch(files, next.verifierKey);
      const writer = new LogWriter(appends, next, config.KEYSTEAD_NODE_NAME);
      await writer.append([epochRecord(config.KEYSTEAD_NODE_NAME, before, lastCheckpoint)], []);
      await signFirst(app.get(Database).changes, next, new CheckpointFile(files.checkpoint));
      return { origin: next.name, verifierKey: next.verifierKey, lastCheckpoint };
    },
    share,
  );
}

async function mustBeRefused(checkpointer: Checkpointer): Promise<void> {
  const refusal = await checkpointer.sign().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (isKmsError(refusal, 'integrity-failure')) return;
  if (refusal !== undefined) throw refusal;
  throw new KmsError('conflict', 'the log goes on from what was signed last: it needs no new epoch');
}

function epochRecord(node: string, originBefore: string, lastCheckpoint: string): AuditRecord {
  const who = { caller: 'system:service', callerName: null, credential: null, door: 'system', source: null };
  const what = { operation: 'audit.new-epoch', resource: 'install', keyring: null, key: null, version: null };
  const how = { outcome: 'success', code: null, node, durationUs: 0 } as const;
  return {
    id: uuidv7(),
    at: new Date(),
    ...who,
    ...what,
    ...how,
    requestId: uuidv7(),
    detail: { originBefore, lastCheckpoint },
  };
}
