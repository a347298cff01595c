import type { Issuers } from '../access/issuers.js';
import type { LoginAttempts } from '../access/login-attempts.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { Journal } from '../audit/journal.js';
import type { Outbox } from '../events/outbox.js';
import type { ImportTokens } from '../keys/import-tokens.js';
import type { DueKeys } from '../ledger/due-keys.js';
import type { MaterialStore } from '../keys/material-store.js';
import type { MessageCounters } from '../keys/message-counters.js';
import type { Clock } from '../ledger/clock.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MaintenanceStore } from '../ledger/maintenance-store.js';
import type { LastUse } from './last-use.js';
import type { KeyringSecrets } from './keyring-secrets.js';
import type { Limits } from './limits/limits.js';
import type { LoadedKeys } from './loaded-keys.js';
import type { Meter } from './meter.js';
import type { UsageCounter } from './usage/usage-counter.js';
import type { TestClock } from './rotation/test-clock.js';
import type { RootCeremony } from './root-ceremony.js';
import type { Tracer } from '../tracer.js';

/** The injection token of `Deps`. */
export const DEPS = Symbol('Deps');

/** What operations work with. */
export interface Deps {
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly log: AuditLog;
  readonly clock: Clock;
  /** What the ages of keys and versions are measured by: the same clock, but under a test clock. */
  readonly engineClock: Clock;
  /** The engine's clock, where the server runs with one that can be moved. */
  readonly testClock?: TestClock | undefined;
  /** Milliseconds of a clock that only goes forward: what work is timed by. */
  readonly monotonicNow: () => number;
  readonly secrets: KeyringSecrets;
  readonly loaded: LoadedKeys;
  readonly importTokens: ImportTokens;
  readonly counters: MessageCounters;
  readonly materials: MaterialStore;
  readonly maintenance: MaintenanceStore;
  readonly dueKeys: DueKeys;
  readonly outbox: Outbox;
  readonly usage: UsageCounter;
  readonly root: RootCeremony;
  /** A call answers after this long at most; the root work that it left behind goes on. */
  readonly rootPatienceMs: number;
  readonly meter: Meter;
  readonly tracer: Tracer;
  readonly issuers: Issuers;
  readonly limits: Limits;
  readonly lastUse: LastUse;
  readonly loginAttempts: LoginAttempts;
  /** How long a person's session lasts. */
  readonly sessionSeconds: number;
  /** Asks for a rotation in the background: a version has sealed as many messages as it should. May be asked again. */
  readonly rotateSoon: (keyringId: string, keyId: string) => void;
  /** This node's name in audit records. */
  readonly node: string;
}
