import { KmsError } from '../../errors.js';

/** A change of state that came after a backup, as the audit log has it. */
export interface LaterRecord {
  /** Its place in the log. */
  readonly index: number;
  readonly at: Date;
  readonly operation: string;
  /** `caller/<id>`, `install` … */
  readonly resource: string;
  readonly keyring: string | null;
  readonly key: string | null;
  readonly version: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
  /** The rows that it wrote; undefined where there were too many to name. */
  readonly rows: readonly RowName[] | undefined;
  /** Of the scopes that it moved. */
  readonly heads: Readonly<Record<string, number>>;
}

export interface RowName {
  readonly table: string;
  readonly id: string;
}

const RESTORED = 'backup.restore';

/** What a restore says of a change that it did again: the next one must do it, too. */
export type DoneAgain = Omit<LaterRecord, 'index' | 'at' | 'heads'> & { readonly at: string };

interface Entry extends Omit<LaterRecord, 'index' | 'at' | 'rows' | 'heads'> {
  readonly at: string;
  readonly outcome: string;
  readonly detail: Readonly<Record<string, unknown>> & {
    readonly rows?: readonly RowName[];
    readonly heads?: Readonly<Record<string, number>>;
    readonly again?: DoneAgain;
  };
}

/**
 * @param entry of a log that was verified
 * @returns undefined for what changed no state
 * @throws KmsError invalid-request for what is no record
 */
export function laterRecord(entry: Uint8Array, index: number): LaterRecord | undefined {
  const record = parse(entry, index);
  const { heads, rows, again, ...detail } = record.detail;
  if (record.outcome !== 'success' || heads === undefined) return undefined;
  const { at, ...changed } = (record.operation === RESTORED && again) || { ...record, rows, detail };
  return { ...changed, index, at: new Date(at), heads };
}

export function doneAgain({ operation, at, resource, keyring, key, version, detail, rows }: LaterRecord): DoneAgain {
  return { operation, at: at.toISOString(), resource, keyring, key, version, detail, rows };
}

function parse(entry: Uint8Array, index: number): Entry {
  try {
    return JSON.parse(Buffer.from(entry).toString()) as Entry;
  } catch (error) {
    throw new KmsError('invalid-request', `record ${index} of the log cannot be read`, error);
  }
}
