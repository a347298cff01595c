import { decodeEntry } from '../../audit/log/entry.js';
import { cursorText, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import type { AuditLog, SealedRowMark } from '../../audit/audit-log.js';
import { readTilePath, TILE_WIDTH } from '../../audit/log/tile.js';
import type { Resource } from '../../access/grant.js';
import { KmsError } from '../../errors.js';
import { mustBeKept } from './records-dropped.js';
import type { Resolved, UseOperation } from '../operation.js';

type LogReading<Input, Output> = UseOperation<Input, Resolved, Output>;

const INSTALL: Resource = { kind: 'install' };

/** Reading something of the log as a whole: for those who may read every record. It is on record too. */
function readingAll<Input, Output>(
  what: string,
  read: (log: AuditLog, input: Input, minimumIndex: number) => Promise<Output>,
): LogReading<Input, Output> {
  return {
    name: 'audit.read',
    resolve: async (deps) => resolved(INSTALL, await deps.ledger.install()),
    async run({ log, ledger }, _resolved, input) {
      const { minimumIndex } = (await ledger.install()).auditLog;
      return { output: await read(log, input, minimumIndex), detail: { log: what } };
    },
  };
}

export interface CheckpointInput {
  /** With cosignatures of witnesses: the newest that has enough of them. */
  readonly cosigned?: 'true';
}

export const readCheckpoint = readingAll<CheckpointInput, string>('checkpoint', async (log, { cosigned }) =>
  cosigned === undefined ? log.checkpoint() : found(await log.cosigned(), 'witnesses have co-signed no checkpoint yet'),
);

export const readVkey = readingAll<object, string>('vkey', async (log) => `${log.verifierKey}\n`);

/** Where the records begin that are there. */
export const readMinimumIndex = readingAll<object, { readonly minimumIndex: number }>(
  'minimum',
  async (_log, _input, minimumIndex) => ({ minimumIndex }),
);

export const readLogTile = readingAll<{ readonly path: string }, Buffer>(
  'tile',
  async (log, { path }, minimumIndex) => {
    const name = readTilePath(path);
    if (!name) throw new KmsError('invalid-request', 'the path of the tile is not one of C2SP tlog-tiles');
    if (name.level === 'entries') mustBeKept(name.index * TILE_WIDTH, minimumIndex);
    return found(await log.tile(name), 'the log has no such tile; ask again when it has grown');
  },
);

export interface ConsistencyInput {
  readonly from: number;
  readonly to: number;
}

export const readConsistency = readingAll<ConsistencyInput, ConsistencyInput & { readonly proof: readonly Buffer[] }>(
  'consistency',
  async (log, { from, to }) => {
    if (from > to) throw new KmsError('invalid-request', 'from: must not be more than to');
    return { from, to, proof: found(await log.consistency(from, to), `the log has fewer than ${to} records`) };
  },
);

export interface RecordInput {
  readonly index: number;
}

export interface ProofInput extends RecordInput {
  /** Of the tree that the proof is in, of which there is a checkpoint; default: the newest. */
  readonly size?: number;
}

export const readState: LogReading<PageInput, Page<SealedRowMark>> = {
  ...readingAll('state', async () => undefined),
  async run({ log }, _resolved, input) {
    const limit = pageLimit(input);
    const after = cursorText(input)?.split(' ');
    const [table, ...id] = after ?? [];
    const rows = await log.rows(table === undefined ? undefined : { table, id: id.join(' ') }, limit + 1);
    const output = pageOf(
      rows,
      limit,
      (row) => `${row.table} ${row.id}`,
      (row) => row,
    );
    return { output, detail: { log: 'state', items: output.items.length } };
  },
};

/** One record: for those who may read the records of its keyring. */
function readingOne<Input extends RecordInput, Output>(
  what: 'record' | 'proof',
  absent: (input: Input) => string,
  read: (log: AuditLog, input: Input) => Promise<Output | undefined>,
): LogReading<Input, Output> {
  return {
    name: 'audit.read',
    async resolve(deps, { index }) {
      const entry = await deps.log.entry(index);
      const keyringId = entry && decodeEntry(entry).keyring;
      const place: Resource = keyringId ? { kind: 'keyring', keyringId } : INSTALL;
      return resolved(place, await deps.ledger.install());
    },
    async run({ log, ledger }, _resolved, input) {
      const { index } = input;
      // Not of a proof: hashes are not dropped.
      if (what === 'record') mustBeKept(index, (await ledger.install()).auditLog.minimumIndex);
      const output = found(await read(log, input), absent(input));
      return { output, detail: { log: what, index } };
    },
  };
}

export const readRecord = readingOne<RecordInput, Buffer>(
  'record',
  ({ index }) => `the log has no record ${index}`,
  (log, { index }) => log.entry(index),
);

export const readProof = readingOne<ProofInput, string>(
  'proof',
  ({ index, size }) => `no tree of ${size ?? 'any'} records with record ${index} in it was signed`,
  (log, { index, size }) => log.proof(index, size),
);

function resolved(resource: Resource, basis: unknown): Resolved {
  const needs = [{ permission: 'audit.read', resource } as const];
  return { needs, subject: { resource: 'install' }, scopes: [], basis: [basis] };
}

function found<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new KmsError('not-found', why);
  return value;
}
