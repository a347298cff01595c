import { execFileSync } from 'node:child_process';
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { locateBinaries } from '../../src/storage/embedded/locate-binaries.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.js';
import { fast, query, withServer } from '../support/with-embedded-postgres.js';

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'ks-'));
  await chmod(place, 0o755);
});
afterAll(() => rm(place, { recursive: true, force: true }));

describe('the embedded PostgreSQL', () => {
  it('makes a UTF-8 database with checksums in code point order, and finds everything on the second start', async () => {
    const dataDir = join(place, 'twice');
    await withServer({ dataDir }, async ({ url }) => {
      await query(url, `CREATE TABLE kept (word text)`);
      await query(url, `INSERT INTO kept VALUES ('z'), ('ä'), ('B'), ('a')`);
    });
    await withServer({ dataDir }, async ({ url }) => {
      expect(await query(url, 'SELECT word FROM kept ORDER BY word')).toEqual(
        ['B', 'a', 'z', 'ä'].map((word) => ({ word })),
      );
      const [facts] = await query(
        url,
        `SELECT current_database() AS database, current_user AS role, current_setting('server_encoding') AS encoding,
           current_setting('data_checksums') AS checksums, current_setting('fsync') AS fsync,
           current_setting('synchronous_commit') AS commit, current_setting('listen_addresses') AS addresses,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser`,
      );
      expect(facts).toEqual({
        database: 'keystead',
        role: 'keystead',
        encoding: 'UTF8',
        checksums: 'on',
        fsync: 'on',
        commit: 'on',
        addresses: '',
        superuser: false,
      });
    });
  });

  it('takes settings, and refuses those that it relies on', async () => {
    const dataDir = join(place, 'settings');
    const settings = { ...fast, work_mem: '9MB' };
    const rows = await withServer({ dataDir, settings }, ({ url }) => query(url, 'SHOW work_mem'));
    expect(rows).toEqual([{ work_mem: '9MB' }]);
    await expect(startEmbeddedPostgres({ dataDir, settings: { listen_addresses: '*' } })).rejects.toMatchObject({
      code: 'invalid-setting',
    });
    await withServer({ dataDir }, ({ url }) => query(url, 'SELECT'));
  });

  it('has a URL that TypeORM reads the same way as pg', async () => {
    await withServer({ dataDir: join(place, 'type orm: ü'), settings: fast }, async ({ url, connection }) => {
      const source = await new DataSource({ type: 'postgres', url }).initialize();
      expect(source.driver.database).toBe('keystead');
      expect(await source.query('SELECT current_database() AS name')).toEqual([{ name: 'keystead' }]);
      await source.destroy();
      const client = new Client({ ...connection });
      await client.connect();
      await client.end();
    });
  });

  it('keeps its socket private, and elsewhere where the path of the data directory is too long', async () => {
    const dataDir = join(place, 'long'.repeat(30), 'data');
    const temporary = await withServer({ dataDir, settings: fast }, async ({ connection: { host } }) => {
      expect(Buffer.byteLength(join(host, '.s.PGSQL.5432'))).toBeLessThan(108);
      expect((await stat(host)).mode & 0o777).toBe(0o700);
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'conflict' });
      return host;
    });
    await expect(stat(temporary)).rejects.toMatchObject({ code: 'ENOENT' });
    await withServer({ dataDir: join(place, 'short'), settings: fast }, async ({ connection: { host } }) => {
      expect(host).toBe(join(place, 'short', 'postgres', 'run'));
      expect((await stat(host)).mode & 0o777).toBe(0o700);
      expect((await lstat(join(host, '.s.PGSQL.5432'))).mode & 0o777).toBe(0o700);
    });
  });

  it('refuses a second server on one data directory, by name, until the first has stopped', async () => {
    const dataDir = join(place, 'locked');
    await withServer({ dataDir, settings: fast }, async ({ url }) => {
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
        code: 'conflict',
        detail: expect.stringContaining(`process ${process.pid} on`),
      });
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
    await withServer({ dataDir, settings: fast }, ({ url }) => query(url, 'SELECT'));
  });

  it('stops once however often it is told to', async () => {
    const server = await startEmbeddedPostgres({ dataDir: join(place, 'stop'), settings: fast });
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await expect(query(server.url, 'SELECT')).rejects.toThrow();
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });

  it('starts in a session and process group of its own, without the environment of Keystead', async () => {
    process.env['KEYSTEAD_SECRET_FOR_TEST'] = 'x';
    await withServer({ dataDir: join(place, 'group'), settings: fast }, async ({ pid }) => {
      const ids = execFileSync('ps', ['-o', 'pgid=,sess=', '-p', String(pid)], { encoding: 'utf8' });
      expect(ids.trim().split(/\s+/).map(Number)).toEqual([pid, pid]);
      if (process.platform === 'linux') {
        expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('KEYSTEAD');
      }
    }).finally(() => delete process.env['KEYSTEAD_SECRET_FOR_TEST']);
  });

  it('says why a cluster of another major version or a broken one does not start, and lets go of the lock', async () => {
    const dataDir = join(place, 'broken');
    await withServer({ dataDir, settings: fast }, () => Promise.resolve());
    const control = join(dataDir, 'postgres', 'data', 'global', 'pg_control');
    const kept = await readFile(control);
    await writeFile(control, Buffer.alloc(kept.length));
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'database-unavailable',
      detail: expect.stringMatching(/ended with code 1.*incompatible/s),
    });
    await writeFile(control, kept);
    await withServer({ dataDir }, ({ url }) => query(url, 'SELECT'));
    await writeFile(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '17\n');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'invalid-setting',
      detail: expect.stringContaining('made by PostgreSQL 17'),
    });
  });

  it('begins anew after a setup that was cut short', async () => {
    const dataDir = join(place, 'cut');
    await mkdir(join(dataDir, 'postgres', 'data.new', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'data.new', 'PG_VERSION'), '18\n');
    await withServer({ dataDir, settings: fast }, ({ url }) => query(url, 'SELECT'));
    await expect(stat(join(dataDir, 'postgres', 'data.new'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('makes the library links that an install without scripts has left out', async () => {
    const { root } = await locateBinaries();
    const packageRoot = join(place, 'no-scripts');
    const links: { target: string }[] = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
    await cp(root, packageRoot, { recursive: true, verbatimSymlinks: true });
    for (const { target } of links) await rm(join(packageRoot, target), { force: true });
    await withServer({ dataDir: join(place, 'linked'), settings: fast, packageRoot }, ({ url }) =>
      query(url, 'SELECT'),
    );
    for (const { target } of links) expect((await lstat(join(packageRoot, target))).isSymbolicLink()).toBe(true);
  });

  it('says what to do where the programs cannot run at all', async () => {
    const { root } = await locateBinaries();
    const packageRoot = join(place, 'unusable');
    await mkdir(join(packageRoot, 'native', 'bin'), { recursive: true });
    await cp(join(root, 'package.json'), join(packageRoot, 'package.json'));
    await writeFile(join(packageRoot, 'native', 'pg-symlinks.json'), '[]');
    await writeFile(join(packageRoot, 'native', 'bin', 'postgres'), '#!/no/such/interpreter\n', { mode: 0o755 });
    await expect(startEmbeddedPostgres({ dataDir: join(place, 'no-programs'), packageRoot })).rejects.toMatchObject({
      code: 'invalid-setting',
      detail: expect.stringContaining('KEYSTEAD_DATABASE_URL'),
    });
  });
});
