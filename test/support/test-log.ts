import type { AuditFilters, FoundRecord } from '../../src/audit/journal.js';
import { NoteKey } from '../../src/audit/log/note-key.js';
import { KeptCheckpoint } from '../../src/audit/log/kept-checkpoint.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { Checkpointer } from '../../src/storage/audit/checkpointer.js';
import { Inbox } from '../../src/storage/audit/inbox.js';
import { LogWriter } from '../../src/storage/audit/log-writer.js';
import { PostgresJournal } from '../../src/storage/audit/postgres-journal.js';
import { Projection } from '../../src/storage/audit/projection.js';
import { PublishedLog } from '../../src/storage/audit/published-log.js';
import { Sequencer } from '../../src/storage/audit/sequencer.js';
import { WrittenTree } from '../../src/storage/audit/written-tree.js';
import { Database } from '../../src/storage/database.js';

/** The key of every log in tests: nodes of one database share it. */
export const TEST_SIGNER = new NoteKey('keystead/test/audit/1', Buffer.alloc(32, 5));

/** In place of the file beside the database: lost with the process. */
export class KeptInMemory extends KeptCheckpoint {
  note: string | undefined;

  override async read(): Promise<string | undefined> {
    return this.note;
  }

  override async write(note: string): Promise<void> {
    this.note = note;
  }
}

export type TestLog = ReturnType<typeof openTestLog>;

/** The log as one process has it, without its background work. */
export function openTestLog(
  { appends, changes, reads }: Pick<Database, 'appends' | 'changes' | 'reads'>,
  catchUpMs?: number,
) {
  const wrong: string[] = [];
  const writer = new LogWriter(appends, TEST_SIGNER, 'test');
  const key = readVerifierKey(TEST_SIGNER.verifierKey);
  const written = new WrittenTree(key);
  const leaveOut = (what: string, stream: string) => {
    wrong.push(what);
    writer.leftOut(stream);
  };
  const sequencer = new Sequencer(changes, key, written, leaveOut, writer.own);
  const projection = new Projection(changes, sequencer.recent, (what) => wrong.push(what));
  const journal = new PostgresJournal(writer, sequencer, projection, reads, catchUpMs);
  const kept = new KeptInMemory();
  const checkpointer = new Checkpointer(changes, TEST_SIGNER, kept, written);
  const published = new PublishedLog(reads, sequencer, checkpointer, TEST_SIGNER.verifierKey);
  const inbox = new Inbox(changes, key);
  return { writer, sequencer, projection, journal, kept, wrong, checkpointer, published, inbox };
}

/** The background work of the log, which no node of a test does. */
export async function catchUpLog(url: string): Promise<void> {
  await readLog(url);
}

/** Everything that is on record, the oldest first. */
export async function readLog(url: string, filters: AuditFilters = {}): Promise<readonly FoundRecord[]> {
  const settings = { dataDir: '', url, migrationUrl: undefined, poolSize: 2, log: () => undefined };
  const database = await Database.open(settings);
  try {
    return await openTestLog(database).journal.query({ ...filters, order: 'oldest', limit: 100_000 });
  } finally {
    await database.stop();
  }
}
