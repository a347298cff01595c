import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Command } from 'commander';
import type { LogSource } from '../../audit/verifier/log-source.js';
import { NotVerified } from '../../audit/verifier/not-verified.js';
import { openCheckpoint } from '../../audit/verifier/open-checkpoint.js';
import { readVerifierKey, type VerifierKey } from '../../audit/verifier/open-note.js';
import { StateReplay, type RowMark } from '../../audit/verifier/state-replay.js';
import { verifyEvidence } from '../../audit/verifier/verify-evidence.js';
import { verifyLog } from '../../audit/verifier/verify-log.js';
import { verifyWitnessed } from '../../audit/verifier/verify-witnessed.js';
import { WitnessPolicy } from '../../audit/verifier/witness-policy.js';
import { isKeysteadError, type AuditLog } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { CheckpointKeeper, readCheckpoints, readKeptNotes, type KeptNote } from '../kept-checkpoints.js';
import { LogFile } from '../log-file.js';
import { withCount } from '../progress.js';
import { ServerLog } from '../server-log.js';
import type { OpenSession, Session } from '../session.js';
import { isTar, readTar } from '../tar.js';
import { UsageError } from '../usage-error.js';

interface Options {
  readonly vkey?: string;
  readonly kept: readonly string[];
  readonly keep?: string;
  readonly policy?: string;
  readonly state?: boolean;
  readonly progress: boolean;
}

const several = (path: string, before: readonly string[]) => [...before, path];

export function addAuditVerifyCommand(audit: Command, open: OpenSession): void {
  withExamples(
    audit
      .command('vkey')
      .description("Show the log's verifier key: keep it, and compare it with what the operators tell you.")
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        const verifierKeyText = await session.client.audit.log.verifierKey();
        session.show({ verifierKey: verifierKeyText }, () => `${verifierKeyText}\n`);
      }),
    'keystead audit vkey > log.vkey',
  );
  withExamples(
    audit
      .command('verify')
      .argument(
        '[file]',
        'an export of the whole log in JSON Lines, or an archive of evidence; without it, the log of the server',
      )
      .option('--vkey <key>', "the log's verifier key, or a file that holds it")
      .option('--kept <file>', 'checkpoints that were kept; may be given several times', several, [])
      .option('--keep <file>', 'checkpoints that were kept; the newest is added when all is verified')
      .option('--policy <file>', 'whose cosignatures there must be (C2SP tlog-policy)')
      .option('--state', 'replay the log, and compare it with the rows that the tables have now')
      .option('--no-progress', 'no progress bar')
      .description(
        'Verify the audit log: computes its tree from the records, compares it with every signed checkpoint, and counts the records of each writer. It says which record is not what was signed.',
      )
      .action(async (file: string | undefined, options: Options, command: Command) => {
        const session = open(command);
        const keeper = options.keep === undefined ? undefined : new CheckpointKeeper(options.keep);
        const { log } = file === undefined ? session.client.audit : { log: undefined };
        const policy = options.policy === undefined ? undefined : readWitnessPolicy(options.policy);
        const signer = await verifierKey(session, log, options.vkey, policy);
        const evidence = file === undefined ? undefined : readEvidence(file);
        if (evidence) return session.show(verdictOn(evidence, signer, policy, options));
        const kept = [...(keeper?.read(signer) ?? []), ...options.kept.flatMap((path) => readKeptNotes(path, signer))];
        // Before the newest checkpoint: the record that says what was dropped is in it then.
        const source = log ? await ServerLog.open(log) : await LogFile.open(file ?? '');
        if (options.state === true && !log)
          throw new UsageError('The state is the server’s: --state goes with no file.');
        // Before the newest checkpoint: what is written meanwhile is in the log then.
        const replay = options.state === true && log ? await startReplay(log, signer, source.minimumIndex) : undefined;
        const cosigned = policy && (await log?.cosignedCheckpoint());
        const newest = log && (await newestOf(log, source, signer, kept));
        const fresh = [cosigned, newest].filter((note) => note !== undefined);
        const notes = [...kept.map(({ note }) => note), ...fresh];
        if (notes.length === 0) throw new UsageError('There is nothing to verify against: give --kept FILE.');
        const shown = options.progress ? counted(source, session) : source;
        const verdict = await verifyLog(
          replay ? replaying(shown, replay.log) : shown,
          notes.map((note) => openCheckpoint(note, signer)),
        );
        const size = source instanceof LogFile ? await source.size() : verdict.records;
        const state = replay?.log.compare(replay.rows);
        const witnessed = witnessedIn(notes, signer, policy);
        await keeper?.keep(fresh.filter((note) => !kept.some((before) => before.note === note)));
        session.show({
          log: signer.name,
          verified: true,
          ...verdict,
          ...witnessed,
          ...(size > verdict.records && { notVouchedFor: size - verdict.records }),
          ...(state && { state: `${state.rows} rows`, unnamed: state.unnamed }),
        });
      }),
    'keystead audit verify --vkey log.vkey --keep checkpoints.txt',
    'keystead audit verify --vkey log.vkey --keep checkpoints.txt --state',
    'keystead audit verify log.jsonl --vkey log.vkey --kept checkpoints.txt',
    'keystead audit verify orders.tar --vkey log.vkey',
    'keystead audit verify --vkey log.vkey --keep checkpoints.txt --policy witnesses.policy',
  );
}

/** @returns undefined for what is no archive */
function readEvidence(path: string): ReadonlyMap<string, Buffer> | undefined {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file.`);
  // An export may be larger than memory.
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(512);
    readSync(file, head);
    return isTar(head) ? readTar(readFileSync(path)) : undefined;
  } finally {
    closeSync(file);
  }
}

/** @throws NotVerified, UsageError */
function verdictOn(
  files: ReadonlyMap<string, Buffer>,
  signer: VerifierKey,
  policy: WitnessPolicy | undefined,
  { kept, keep, state }: Options,
) {
  if (keep !== undefined || state === true) {
    throw new UsageError('An archive of evidence brings its checkpoint: give --vkey, and perhaps --kept.');
  }
  const asked = kept.flatMap((path) => readCheckpoints(path, signer));
  const { checkpoint, notes, ...verdict } = verifyEvidence(files, signer, asked);
  const witnessed = witnessedIn(notes, signer, policy);
  return { log: signer.name, verified: true, ...verdict, ...witnessed, 'of a log of': `${checkpoint.size} records` };
}

/** @throws NotVerified, UsageError */
function readWitnessPolicy(path: string): WitnessPolicy {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file.`);
  try {
    return WitnessPolicy.read(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new NotVerified(`${path}: ${(error as Error).message}`);
  }
}

/** What the policy wants, if there is one. @throws NotVerified */
function witnessedIn(notes: readonly string[], signer: VerifierKey, policy: WitnessPolicy | undefined) {
  if (!policy) return {};
  const { checkpoint, by } = verifyWitnessed(notes, signer, policy);
  return { witnessed: `the first ${checkpoint.size} records`, by: by.join(' ') };
}

/** @throws NotVerified, UsageError */
async function verifierKey(
  session: Session,
  log: AuditLog | undefined,
  given: string | undefined,
  policy: WitnessPolicy | undefined,
): Promise<VerifierKey> {
  const [known, ...others] = policy?.logs ?? [];
  if (given === undefined && known && others.length === 0) return known;
  if (given !== undefined) return readVerifierKey(existsSync(given) ? readFileSync(given, 'utf8') : given);
  if (!log) throw new UsageError('A file is verified with the key that you know: give --vkey.');
  const key = await log.verifierKey();
  session.note(`The verifier key is what the server says it is: compare it, and give it with --vkey.\n  ${key}\n`);
  return readVerifierKey(key);
}

/** @throws NotVerified when the service signs no further */
async function newestOf(
  log: AuditLog,
  source: LogSource,
  signer: VerifierKey,
  kept: readonly KeptNote[],
): Promise<string> {
  try {
    return await log.checkpoint();
  } catch (error) {
    if (!isKeysteadError(error) || error.code !== 'integrity-failure') throw error;
    // What was kept says more exactly what happened.
    await verifyLog(
      source,
      kept.map(({ checkpoint }) => checkpoint),
    );
    throw new NotVerified(`the service signs the log of ${signer.name} no further: ${error.detail}`);
  }
}

async function startReplay(log: AuditLog, signer: VerifierKey, minimumIndex: number) {
  const { size } = openCheckpoint(await log.checkpoint(), signer);
  const rows: RowMark[] = [];
  for await (const row of log.rows()) rows.push(row);
  return { log: new StateReplay(size, minimumIndex), rows };
}

/** The replay sees each record that is verified, once. */
function replaying(source: LogSource, replay: StateReplay): LogSource {
  let seen = source.minimumIndex ?? 0;
  return {
    ...allButEntries(source),
    async *entries(from, to) {
      let index = from;
      for await (const entry of source.entries(from, to)) {
        if (index === seen) replay.add(entry, seen++);
        index += 1;
        yield entry;
      }
    },
  };
}

function allButEntries(source: LogSource): Omit<LogSource, 'entries'> {
  return {
    minimumIndex: source.minimumIndex ?? 0,
    ...(source.dropped && { dropped: source.dropped.bind(source) }),
    ...(source.hashes && { hashes: source.hashes.bind(source) }),
  };
}

function counted(source: LogSource, { terminal }: Session): LogSource {
  return {
    ...allButEntries(source),
    entries: (from, to) => withCount(source.entries(from, to), to - from, 'verifying', terminal.stderr),
  };
}
