import { resolve } from 'node:path';
import { AuditLog } from '../audit/audit-log.js';
import { archiveLines, type ArchiveLine } from '../backup/archive.js';
import type { ArchiveHeader } from '../backup/archive-header.js';
import { encryptorFor, type Readers } from '../backup/encrypted.js';
import { readConfig, type Config } from '../config/config.js';
import { KmsError } from '../errors.js';
import { createBackup } from '../operations/backup/create-backup.js';
import { makeSample, type SampledVersion } from '../operations/backup/sample.js';
import { KeyringSecrets } from '../operations/keyring-secrets.js';
import { Kms } from '../operations/kms.js';
import { RootCeremony } from '../operations/root-ceremony.js';
import { uuidv7 } from '../keys/uuid.js';
import { INTEGRITY } from '../operations/found-install.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import { Snapshot } from '../storage/backup/snapshot.js';
import { BACKED_UP, SAMPLES } from '../storage/backup/tables.js';
import { SnapshotVersions, SnapshotWrappings } from '../storage/backup/snapshot-versions.js';
import { Database } from '../storage/database.js';
import { runningServerUrl } from '../storage/embedded/running-server.js';
import { mustBeSetUp } from './must-be-set-up.js';
import { withOfflineService } from './offline.module.js';
import { headerWrapping } from './header-wrappings.js';
import type { AskShare } from './unseal-by-keepers.js';

export interface BackupRequest {
  /** Of who makes it. */
  readonly token: string | undefined;
  /** Id of the request under dual control that this carries out. */
  readonly approval: string | undefined;
  /** undefined: the recipients of the settings. */
  readonly readers: Readers | undefined;
  readonly release: string;
  /** For a root key of `shamir:`. */
  readonly share?: AskShare;
}

export interface BackupReport {
  readonly backup: string;
  readonly createdAt: string;
  readonly recipients: readonly string[];
  readonly rows: number;
  readonly checkpoint: string;
}

/**
 * Makes a backup of the whole database as it is at one moment, also while nodes run. It is on record before it is read.
 * @param environment the server's own
 * @param write       takes the encrypted bytes, and how many lines there will be with a way to watch them go
 * @throws KmsError unauthenticated, permission-denied, approval-required; as a start of the service does
 */
export async function makeBackup(
  environment: Readonly<Record<string, string | undefined>>,
  { token, approval, readers: given, release, share }: BackupRequest,
  watch: (lines: AsyncIterable<ArchiveLine>, total: number) => AsyncIterable<ArchiveLine>,
  write: (pieces: AsyncIterable<Buffer>) => Promise<void>,
): Promise<BackupReport> {
  const config = readConfig({ ...environment });
  await mustBeSetUp(config);
  const readers = given ?? { recipients: mustBeConfigured(config) };
  const encrypt = encryptorFor(readers);
  const recipients = 'recipients' in readers ? readers.recipients : ['passphrase'];
  const isConfigured = recipients.every((one) => config.KEYSTEAD_BACKUP_RECIPIENTS?.includes(one));
  return withOfflineService(
    await besideNodes(config),
    async (app) => {
      const kms = app.get(Kms);
      const arrival = await kms.arrive({
        door: 'offline',
        source: '127.0.0.1',
        requestId: uuidv7(),
        presented: token === undefined ? undefined : { kind: 'token', token },
        ...(approval === undefined ? {} : { approval }),
      });
      const { output: id } = await kms.change(createBackup, { recipients, isConfigured }, arrival);
      const log = app.get(AuditLog);
      const checkpoint = await log.checkpoint();
      const snapshot = await Snapshot.open(app.get(Database).url);
      try {
        const rows = await snapshot.counts();
        const wrappings = new SnapshotWrappings(snapshot);
        const header: ArchiveHeader = {
          keystead: 'backup',
          format: 1,
          id,
          createdAt: new Date().toISOString(),
          release,
          ...(await snapshot.origin()),
          checkpoint,
          verifierKey: log.verifierKey,
          integrityKey: (await wrappings.find(INTEGRITY)).map(headerWrapping),
        };
        const ceremony = app.get(RootCeremony);
        const proof = { provenForMs: Infinity, graceMs: 0 };
        const secrets = new KeyringSecrets(() => ceremony.unwrapping(), wrappings, proof);
        await secrets.sealFor(INSTALL_SCOPE);
        const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
        const lines = watch(linesOf(snapshot, secrets, id), total);
        await write(await encrypt(archiveLines(header, lines, (label, digest) => secrets.digest(label, digest))));
        return { backup: id, createdAt: header.createdAt, recipients, rows: total, checkpoint };
      } finally {
        await snapshot.close();
      }
    },
    share,
  );
}

async function* linesOf(snapshot: Snapshot, secrets: KeyringSecrets, id: string): AsyncGenerator<ArchiveLine, void> {
  for (const table of BACKED_UP) {
    yield { table };
    for await (const row of snapshot.rows(table)) yield { row };
  }
  yield { table: SAMPLES };
  for await (const version of new SnapshotVersions(snapshot).withMaterial()) {
    yield { row: await sampleRow(secrets, version, id) };
  }
}

async function sampleRow(secrets: KeyringSecrets, version: SampledVersion, id: string): Promise<string> {
  const sample = await makeSample(secrets, version, id);
  return JSON.stringify({
    key: version.key.id,
    version: version.row.version,
    sample: sample?.toString('base64') ?? null,
  });
}

/** @throws KmsError invalid-setting */
function mustBeConfigured({ KEYSTEAD_BACKUP_RECIPIENTS: recipients }: Config): readonly string[] {
  if (recipients) return recipients;
  throw new KmsError(
    'invalid-setting',
    'KEYSTEAD_BACKUP_RECIPIENTS: names nobody; set it to the public keys of age that backups are for, or give --recipient or --passphrase',
  );
}

/** A database that is in use is migrated by nobody here; an embedded one is reached through the server that runs it. */
async function besideNodes(config: Config): Promise<Config> {
  if (config.KEYSTEAD_DATABASE_URL !== undefined) return { ...config, KEYSTEAD_MIGRATE: false };
  const url = await runningServerUrl(resolve(config.KEYSTEAD_DATA_DIR));
  return url === undefined ? config : { ...config, KEYSTEAD_DATABASE_URL: url, KEYSTEAD_MIGRATE: false };
}
