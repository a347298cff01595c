import type { KeyState } from '../../keys/key-states.js';
import type { KeyRow, KeySnapshot, VersionRow } from '../../keys/records.js';
import { REVOCATION_REASONS, type RevocationReason, type VersionState } from '../../keys/version-states.js';
import { destroyedVersion } from '../keys/destroy-key.js';
import type { LaterRecord } from './later-records.js';

const DAY_MS = 86_400_000;
/** The longest that a destruction waits. */
const LONGEST_WAIT_MS = 30 * DAY_MS;

/** A key on its way through the records. */
interface Replayed {
  key: KeyRow;
  readonly versions: Map<number, VersionRow>;
}

type Step = (replayed: Replayed, record: LaterRecord) => void;

/** What each operation made of a key that a backup holds. Operations that are not here made something that is lost, or nothing that stops anybody. */
const STEPS: Readonly<Record<string, Step>> = {
  'key.enable': (to, { at }) => (to.key = { ...to.key, state: 'enabled', enabledAt: at }),
  'key.disable': (to) => (to.key = { ...to.key, state: 'disabled' }),
  'key.schedule-destruction': (to, { at, detail }) => {
    const due = Date.parse(String(detail['destroyAt']));
    const destroyAt = new Date(Number.isNaN(due) ? at.getTime() + LONGEST_WAIT_MS : due);
    to.key = { ...to.key, state: 'pending-destruction', destroyAt };
  },
  'key.cancel-destruction': (to) => {
    const state: KeyState = to.key.primaryVersion === 0 ? 'pending-import' : 'disabled';
    to.key = { ...to.key, state, destroyAt: null };
  },
  'key.destroy': (to, { at }) => {
    to.key = { ...to.key, state: 'destroyed', destroyAt: to.key.destroyAt ?? at };
    for (const version of to.versions.keys()) setVersion(to, version, 'destroyed', at);
  },
  'key.revoke': (to, record) => {
    for (const version of to.versions.keys()) setVersion(to, version, 'revoked', record.at, reasonOf(record));
    if (record.detail['to'] !== 'enabled') to.key = { ...to.key, state: 'disabled' };
  },
  'version.revoke': (to, record) => {
    setVersion(to, record.version, 'revoked', record.at, reasonOf(record));
    if (record.detail['keyState'] === 'disabled') to.key = { ...to.key, state: 'disabled' };
  },
  'version.retire': (to, { version, at }) => setVersion(to, version, 'retired', at),
  'version.disable': (to, { version, at }) => setVersion(to, version, 'disabled', at),
  'version.restore': (to, { version, at }) => setVersion(to, version, 'active', at),
  'version.enable': (to, { version, at }) => setVersion(to, version, 'active', at),
  'version.destroy': (to, { version, at }) => setVersion(to, version, 'destroyed', at),
};

export function isOfKeys(operation: string): boolean {
  return Object.hasOwn(STEPS, operation);
}

/**
 * A key of a backup, as the records of later changes left it: its state, and those of its versions. What was destroyed has no material.
 * @param records of this key, in their order
 * @returns undefined where nothing is to be changed
 */
export function keyAsRecorded(
  { key, versions }: KeySnapshot,
  records: readonly LaterRecord[],
): { readonly key: KeyRow; readonly versions: readonly VersionRow[] } | undefined {
  const replayed: Replayed = { key, versions: new Map(versions.map((row) => [row.version, row])) };
  for (const record of records) STEPS[record.operation]?.(replayed, record);
  const changed = versions.flatMap((row) => {
    const after = replayed.versions.get(row.version);
    return after && after !== row ? [after] : [];
  });
  if (replayed.key === key && changed.length === 0) return undefined;
  return { key: replayed.key, versions: changed };
}

/** A version that was made later is not in the backup. What was revoked or destroyed stays so, whatever is said of it. */
function setVersion(
  { versions }: Replayed,
  version: number | null,
  state: VersionState,
  at: Date,
  reason?: RevocationReason,
): void {
  const row = versions.get(version ?? 0);
  if (!row || row.state === 'destroyed' || (row.state === 'revoked' && state !== 'destroyed')) return;
  const changed = { ...row, state, reason: reason ?? row.reason, changedAt: at };
  versions.set(row.version, state === 'destroyed' ? destroyedVersion(changed, at.getTime()) : changed);
}

function reasonOf({ detail }: LaterRecord): RevocationReason {
  return REVOCATION_REASONS.find((reason) => reason === detail['reason']) ?? 'unspecified';
}
