import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { AccessView } from '../access/access-view.js';
import { NO_AUDIT_SETTINGS } from '../audit/audit-settings.js';
import { integrityFailure, type RowSeal } from '../keys/row-seal.js';
import type { WrappedObject } from '../keys/wrapped-object.js';
import type { Clock } from '../ledger/clock.js';
import { InstallStore } from '../ledger/install-store.js';
import type { Change, InstallView } from '../ledger/ledger.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import type { LogWriter } from './audit/log-writer.js';
import { InstallEntity } from './entities/install.entity.js';
import { WrappedKeyEntity } from './entities/wrapped-key.entity.js';
import { foundedRecord } from './founded-record.js';
import { PostgresChange } from './ledger/postgres-change.js';

/** Held by whoever makes a database into an install. */
export const FOUNDING_LOCK = 7_300_002;

const EMPTY: InstallView = {
  revision: 0,
  access: new AccessView(new Map(), new Map(), []),
  bindings: [],
  approvals: new Map(),
  authority: undefined,
  certificates: new Map(),
  webhooks: new Map(),
  dualControl: null,
  credentialPolicy: null,
  auditLog: NO_AUDIT_SETTINGS,
  keyringsById: new Map(),
  keyringsByName: new Map(),
};

export class PostgresInstallStore extends InstallStore {
  constructor(
    private readonly changes: DataSource,
    private readonly clock: Clock,
    private readonly log: LogWriter,
  ) {
    super();
  }

  override async exists(): Promise<boolean> {
    return isFounded(this.changes.manager);
  }

  override async found(
    seal: RowSeal,
    wrapped: readonly WrappedObject[],
    work: (change: Change) => Promise<void>,
  ): Promise<boolean> {
    return this.changes.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [FOUNDING_LOCK]);
      if (await isFounded(manager)) return false;
      const now = this.clock.now();
      await manager.insert(InstallEntity, { id: 1, installId: randomUUID(), createdAt: new Date(now) });
      for (const one of wrapped) await manager.insert(WrappedKeyEntity, one);
      const change = new PostgresChange(manager, EMPTY, now, this.log);
      change.openScope(INSTALL_SCOPE, seal);
      await work(change);
      change.record(foundedRecord(now, this.log.node));
      await change.finish();
      return true;
    });
  }
}

/** @throws KmsError integrity-failure when the row that says so is gone, and what it stands for is not */
async function isFounded(manager: EntityManager): Promise<boolean> {
  const [row] = await manager.query<{ founded: boolean; used: boolean }[]>(
    `select exists (select from install) as founded, exists (select from head) or exists (select from wrapped_key)
       or exists (select from keyring) or exists (select from caller) as used`,
  );
  if (row?.used && !row.founded) {
    throw integrityFailure('the install row is missing, and the database holds keyrings, callers or wrapped keys');
  }
  return row?.founded ?? false;
}
