import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLine } from '../backup/parse-line.js';
import { readConfig } from '../config/config.js';
import { isKmsError } from '../errors.js';
import { opensSample } from '../operations/backup/sample.js';
import { openInstall } from '../operations/found-install.js';
import { KeyringSecrets } from '../operations/keyring-secrets.js';
import type { RootKeys } from '../roots/root-keys.js';
import { openRoots } from '../roots/roots.module.js';
import { Restoration } from '../storage/backup/restoration.js';
import { APPLICATION_ROLE } from '../storage/embedded/ensure-database.js';
import { startEmbeddedPostgres } from '../storage/embedded/start-embedded-postgres.js';
import { migrate } from '../storage/migrate.js';
import { goOnIn } from './restore-backup.js';
import { unsealByKeepers } from './unseal-by-keepers.js';
import { restoreInto, type RestoreReport, type RestoreSource } from './restore-into.js';

export interface DrilledVersion {
  readonly version: number;
  /** What is wrong; null: its material opens, and is the one of when the backup was made. */
  readonly failure: string | null;
}

export interface DrilledKey {
  readonly keyring: string;
  readonly key: string;
  readonly name: string | null;
  readonly spec: string;
  readonly state: string;
  /** Those that have material. */
  readonly versions: readonly DrilledVersion[];
}

export interface Drill extends Pick<RestoreReport, 'backup' | 'createdAt' | 'rows' | 'keyrings'> {
  readonly keys: readonly DrilledKey[];
}

/**
 * Restores a backup into a scratch database of its own, which is gone afterwards, and opens what each version of each key sealed when the backup
 * was made. Nothing of the service that made it is touched or asked, but its root key.
 * @param environment the server's own, for the root key
 * @throws KmsError invalid-backup, wrong-root-key, integrity-failure
 */
export async function verifyBackup(
  environment: Readonly<Record<string, string | undefined>>,
  source: RestoreSource,
): Promise<Drill> {
  const config = readConfig({ ...environment });
  const roots = await openRoots(config, await unsealByKeepers(config, source.share));
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-drill-'));
  try {
    const embedded = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    try {
      await migrate(embedded.url, APPLICATION_ROLE);
      const samples = new Map<string, Buffer | null>();
      const files = { signer: join(dataDir, 'audit-signer.json'), checkpoint: join(dataDir, 'audit-checkpoint') };
      const sample = (row: string) => addSample(samples, row);
      const restore = await goOnIn(
        files,
        (target) =>
          restoreInto(source, { url: embedded.url, roots, node: config.KEYSTEAD_NODE_NAME, ...target, sample }),
        undefined,
      );
      const { backup, createdAt, rows, keyrings } = restore;
      return { backup, createdAt, rows, keyrings, keys: await drill(embedded.url, roots, backup, samples) };
    } finally {
      await embedded.stop();
    }
  } finally {
    await roots.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function drill(
  url: string,
  roots: RootKeys,
  backup: string,
  samples: ReadonlyMap<string, Buffer | null>,
): Promise<DrilledKey[]> {
  return Restoration.into(url, async (restored) => {
    const configured = roots.next ? [roots.current, roots.next] : [roots.current];
    const secrets = new KeyringSecrets(() => configured, restored.wrappings, { provenForMs: Infinity, graceMs: 0 });
    await openInstall(secrets);
    const { view } = await restored.install(secrets);
    const keys: DrilledKey[] = [];
    for (const keyring of view.keyringsById.values()) {
      if (keyring.state === 'destroyed') continue;
      for await (const { key, versions } of restored.keys(await restored.keyring(secrets, keyring.id))) {
        const drilled: DrilledVersion[] = [];
        for (const row of versions) {
          const sample = samples.get(`${key.id}/${row.version}`);
          if (row.state === 'destroyed') continue;
          const opens = () => opensSample(secrets, { key, row }, backup, sample ?? null);
          drilled.push({
            version: row.version,
            failure: sample === undefined ? 'the backup has no sample' : await failureOf(opens),
          });
        }
        const { id, name, spec, state } = key;
        keys.push({ keyring: keyring.name, key: id, name, spec, state, versions: drilled });
      }
    }
    return keys;
  });
}

async function failureOf(opens: () => Promise<boolean>): Promise<string | null> {
  try {
    return (await opens()) ? null : 'its sample does not open';
  } catch (error) {
    if (isKmsError(error)) return error.detail;
    throw error;
  }
}

function addSample(samples: Map<string, Buffer | null>, row: string): void {
  const { key, version, sample } = parseLine(row) as { key: string; version: number; sample: string | null };
  samples.set(`${key}/${version}`, sample === null ? null : Buffer.from(sample, 'base64'));
}
