import { readEntry } from './read-entry.js';

/** What a record says that was dropped. */
export interface DroppedRecords {
  /** All before this index. */
  readonly minimumIndex: number;
  /** The policy's, in days. */
  readonly retentionDays: number;
  /** Id of who set the policy. */
  readonly setBy: string;
  /** Ids of those who approved it. */
  readonly approvers: readonly string[];
  /** Of the record that says so. */
  readonly index: number;
}

interface Drop {
  readonly operation: string;
  readonly caller: string;
  readonly outcome: string;
  readonly detail: {
    readonly to?: number;
    readonly retention?: {
      readonly days: number;
      readonly setBy: string;
      readonly approvers: readonly string[];
    } | null;
  } | null;
}

/** @returns undefined for a record that does not say that everything before `minimumIndex` was dropped by the service */
export function dropIn(entry: Uint8Array, index: number, minimumIndex: number): DroppedRecords | undefined {
  if (minimumIndex === 0 || !Buffer.from(entry).includes('"operation":"audit.drop"')) return undefined;
  const { operation, caller, outcome, detail } = (readEntry(entry) ?? {}) as Partial<Drop>;
  if (operation !== 'audit.drop' || caller !== 'system:lifecycle' || outcome !== 'success') return undefined;
  const { to, retention } = detail ?? {};
  if (to !== minimumIndex || !retention) return undefined;
  const { days: retentionDays, setBy, approvers } = retention;
  return { minimumIndex, retentionDays, setBy, approvers, index };
}
