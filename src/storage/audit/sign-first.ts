import type { DataSource } from 'typeorm';
import type { KeptCheckpoint } from '../../audit/log/kept-checkpoint.js';
import type { LogSigner } from '../../audit/log/log-signer.js';
import { readVerifierKey } from '../../audit/verifier/open-note.js';
import { Checkpointer } from './checkpointer.js';
import { readTip } from './log-tables.js';
import { Sequencer } from './sequencer.js';
import { WrittenTree } from './written-tree.js';

/** The first checkpoint of an epoch, or of a log that was filled otherwise. Nobody can look any more at who wrote what under the key before: what goes on is what is there. */
export async function signFirst(database: DataSource, signer: LogSigner, kept: KeptCheckpoint): Promise<void> {
  const key = readVerifierKey(signer.verifierKey);
  const tip = await readTip(database);
  const written = new WrittenTree(key, tip.head());
  await new Sequencer(database, key, written, () => undefined).catchUp();
  await new Checkpointer(database, signer, kept, written).sign();
}
