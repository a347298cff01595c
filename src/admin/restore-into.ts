import { decrypted, type Opener } from '../backup/encrypted.js';
import { OpenArchive, type ArchiveSeal } from '../backup/archive.js';
import type { ArchiveHeader } from '../backup/archive-header.js';
import { invalidBackup } from '../backup/invalid-backup.js';
import type { LogSigner } from '../audit/log/log-signer.js';
import type { TreeHead } from '../audit/verifier/verify-proof.js';
import { KmsError } from '../errors.js';
import { sameBytes } from '../keys/row-seal.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import { uuidv7 } from '../keys/uuid.js';
import { endsCredentials, installAsRecorded, isOfInstall } from '../operations/backup/install-as-recorded.js';
import { doneAgain, type LaterRecord } from '../operations/backup/later-records.js';
import { isOfKeyring, putInstall, putKeyringAsRecorded } from '../operations/backup/put-as-recorded.js';
import { restoreRecord } from '../operations/backup/restore-record.js';
import { openInstall } from '../operations/found-install.js';
import { KeyringSecrets } from '../operations/keyring-secrets.js';
import type { RootKeys } from '../roots/root-keys.js';
import type { ScopeMirror } from '../storage/ledger/scope-mirror.js';
import { Restoration } from '../storage/backup/restoration.js';
import { HeaderWrappings } from './header-wrappings.js';
import type { LaterChanges } from './later-log.js';
import type { AskShare } from './unseal-by-keepers.js';

/** Every scope goes on so far above what anybody has seen of it that no head or row of before is as new. */
const AHEAD = 2 ** 20;

export interface RestoreSource {
  readonly archive: AsyncIterable<Uint8Array>;
  readonly opener: Opener;
  /** For a root key of `shamir:`. */
  readonly share?: AskShare;
}

export interface RestoreTarget {
  /** Of the role that owns the schema, which is up to date. */
  readonly url: string;
  readonly roots: RootKeys;
  readonly node: string;
  /** What was changed after the backup; undefined: nobody knows. */
  later(log: BackedUpLog): Promise<LaterChanges | undefined>;
  /** Who signs the log from here on. */
  signer(log: BackedUpLog, later: LaterChanges | undefined): Promise<LogSigner>;
  /** Takes what each version of a key sealed when the backup was made. */
  sample?(row: string): void;
}

export interface BackedUpLog extends TreeHead {
  readonly verifierKey: string;
}

export interface RestoreReport {
  readonly backup: string;
  readonly createdAt: string;
  readonly rows: number;
  readonly keyrings: number;
  readonly origin: string;
  readonly verifierKey: string;
  /** Of the later changes that were verified; undefined without a log. */
  readonly laterChanges: number | undefined;
  /** Behind them, whose changes nobody knows: it was said that the log ends early. */
  readonly lostRecords: number | undefined;
  /** Keys and rows of the install that later changes took away or changed back. */
  readonly reappliedKeys: number;
  readonly reappliedRows: number;
  /** Later changes that are lost, by operation: their work is to be done again. */
  readonly lost: Readonly<Record<string, number>>;
}

/**
 * Fills an empty database from a backup: all in one transaction, so that what fails leaves nothing. Everything is verified before it is kept:
 * the archive under the integrity key, each row by its tag, each scope by its head, the log by its checkpoint. Then what later changes took away is
 * taken away again, and the log goes on under another origin.
 * @throws KmsError conflict, invalid-backup, wrong-root-key, integrity-failure; NotVerified
 */
export async function restoreInto(source: RestoreSource, target: RestoreTarget): Promise<RestoreReport> {
  const archive = await OpenArchive.open(decrypted(source.archive, source.opener));
  mustHaveRoot(archive.header, target.roots);
  const known = await secretsIn(archive.header, target.roots);
  mustBeSealed(archive.headerSeal, known);
  return Restoration.into(target.url, async (restoration) => {
    await mustHaveSchema(archive.header, restoration);
    const lines = archive.lines((seal) => mustBeSealed(seal, known));
    const loaded = await restoration.load(lines, async (_table, row) => target.sample?.(row));
    const secrets = new KeyringSecrets(() => configured(target.roots), restoration.wrappings, {
      provenForMs: Infinity,
      graceMs: 0,
    });
    await openInstall(secrets);
    mustBeSealed(archive.finish(), secrets);
    const log = await restoration.log(archive.header.checkpoint);
    const later = await target.later(log);
    const signer = await target.signer(log, later);
    const done = await goOn(restoration, secrets, target.node, signer, archive.header, log, later);
    await restoration.signAs(signer);
    const { id: backup, createdAt } = archive.header;
    const rows = [...loaded.values()].reduce((sum, count) => sum + count, 0);
    return { backup, createdAt, rows, origin: signer.name, verifierKey: signer.verifierKey, ...done };
  });
}

/** Verifies every scope, does again what later changes did, and moves every head on, with records of the new epoch. */
async function goOn(
  restoration: Restoration,
  secrets: KeyringSecrets,
  node: string,
  signer: LogSigner,
  header: ArchiveHeader,
  { size, verifierKey }: BackedUpLog,
  later: LaterChanges | undefined,
) {
  const records = later?.records ?? [];
  const writer = await restoration.goOnAs(signer, node);
  const { mirror, view } = await restoration.install(secrets);
  const at = { now: await restoration.now(), node, requestId: uuidv7() };
  const again = (record: LaterRecord) => {
    const { keyring, key } = record;
    return restoreRecord(at, { keyring, key }, { again: doneAgain(record) });
  };
  let reappliedKeys = 0;
  for (const keyring of view.keyringsById.values()) {
    const { id } = keyring;
    const own = await restoration.keyring(secrets, id);
    const revision = revisionAfter(own, records);
    await restoration.change({ mirror: own, view, revision, log: writer }, async (change) => {
      const mine = records.filter((record) => record.keyring === id);
      const recordOf = (key: string, detail: object) => restoreRecord(at, { keyring: id, key }, { ...detail });
      reappliedKeys += await putKeyringAsRecorded(change, keyring, restoration.keys(own), mine, recordOf);
      for (const record of mine) if (isOfKeyring(record.operation)) change.record(again(record));
      change.record(restoreRecord(at, { keyring: id }, { backup: header.id }));
    });
  }
  const rows = installAsRecorded(view, records, new Date(at.now));
  const lost = lostOf(records);
  const detail = {
    backup: header.id,
    createdAt: header.createdAt,
    records: size,
    originBefore: verifierKey.split('+')[0],
    lastSize: later?.head.size ?? null,
    lastRoot: later?.head.root.toString('base64') ?? null,
    lostRecords: later?.lostRecords ?? null,
    lost,
  };
  const revision = revisionAfter(mirror, records);
  await restoration.change({ mirror, view, revision, log: writer }, async (change) => {
    putInstall(change, rows);
    for (const record of records) if (isOfInstall(record.operation)) change.record(again(record));
    change.record(restoreRecord(at, {}, detail));
  });
  const keyrings = view.keyringsById.size;
  const [laterChanges, lostRecords] = [later?.records.length, later?.lostRecords];
  return { keyrings, laterChanges, lostRecords, reappliedKeys, reappliedRows: rows.length, lost };
}

function revisionAfter({ seal, revision }: ScopeMirror, records: readonly LaterRecord[]): number {
  const seen = records.map(({ heads }) => heads[seal.scopeId] ?? 0);
  return seen.reduce((newest, one) => Math.max(newest, one), revision) + AHEAD;
}

/** By operation, those that are not done again. */
function lostOf(records: readonly LaterRecord[]): Readonly<Record<string, number>> {
  const lost: Record<string, number> = {};
  for (const { operation } of records) {
    if ([isOfKeyring, isOfInstall, endsCredentials].some((isDone) => isDone(operation))) continue;
    if (operation === 'backup.restore') continue;
    lost[operation] = (lost[operation] ?? 0) + 1;
  }
  return lost;
}

function configured({ current, next }: RootKeys) {
  return next ? [current, next] : [current];
}

/** Before anything is loaded. @throws KmsError wrong-root-key */
function mustHaveRoot({ roots }: ArchiveHeader, own: RootKeys): void {
  if (configured(own).some(({ id }) => roots.includes(id))) return;
  throw new KmsError(
    'wrong-root-key',
    `the backup's keys are wrapped by the root ${roots.join(' or ')}, and the one configured here is ${own.current.id}; set KEYSTEAD_ROOT_KEY to the root that the backup was made under`,
  );
}

/** @throws KmsError invalid-backup */
async function mustHaveSchema({ schema, release }: ArchiveHeader, restoration: Restoration): Promise<void> {
  const own = await restoration.schema();
  if (own.length === schema.length && own.every((name, at) => name === schema[at])) return;
  throw invalidBackup(
    `it was made by release ${release}, whose schema is another one; restore it with that release, then upgrade`,
  );
}

/** What seals are checked by before anything is loaded: anybody can encrypt for a public key, and go on without an end. */
async function secretsIn(header: ArchiveHeader, roots: RootKeys): Promise<KeyringSecrets> {
  const wrappings = new HeaderWrappings(header.integrityKey);
  const secrets = new KeyringSecrets(() => configured(roots), wrappings, { provenForMs: Infinity, graceMs: 0 });
  await secrets.sealFor(INSTALL_SCOPE);
  return secrets;
}

/** Nobody makes a seal without the root key. @throws KmsError invalid-backup */
function mustBeSealed({ label, digest, seal }: ArchiveSeal, secrets: KeyringSecrets): void {
  if (sameBytes(secrets.digest(label, digest), seal)) return;
  throw invalidBackup(
    'it is not sealed by the install whose rows it holds: it was put together or changed by somebody else',
  );
}
