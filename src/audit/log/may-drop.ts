import type { AuditHold, HeldRecords } from '../audit-settings.js';
import { decodeEntry, type LogEntry } from './entry.js';

/** What a policy says of dropping. */
export interface Droppable {
  /** Only what is older than this. */
  readonly before: Date;
  readonly holds: readonly AuditHold[];
}

/** Whether all of these entries are old enough, and none of them is held. */
export function mayDrop(entries: readonly Uint8Array[], { before, holds }: Droppable): boolean {
  return entries
    .map(decodeEntry)
    .every((entry) => entry.at < before && !holds.some(({ scope }) => holdsOn(scope, entry)));
}

function holdsOn(scope: HeldRecords, { key, keyring, detail }: LogEntry): boolean {
  if ('everything' in scope) return true;
  return 'key' in scope ? key === scope.key || detail['sourceKeyId'] === scope.key : keyring === scope.keyring;
}
