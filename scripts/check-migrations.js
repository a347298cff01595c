import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../dist/src/storage/embedded/start-embedded-postgres.js';
import { migrate } from '../dist/src/storage/migrate.js';

/**
 * Migrates an empty throwaway database and asks TypeORM whether the entities would want anything else: exit code 1 and
 * the missing SQL if so.
 */
const dataDir = await mkdtemp(join(tmpdir(), 'keystead-migrations-'));
try {
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  try {
    await migrate(server.url);
    process.exitCode = check(server.url);
  } finally {
    await server.stop();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

function check(url) {
  const typeorm = fileURLToPath(new URL('../node_modules/typeorm/cli.js', import.meta.url));
  const dataSource = fileURLToPath(new URL('migrations-data-source.js', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    [typeorm, 'migration:generate', 'migrations/drift', '-d', dataSource, '--check'],
    { env: { ...process.env, KEYSTEAD_MIGRATIONS_CHECK_URL: url }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return status ?? 1;
}
