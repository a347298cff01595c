import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { locateBinaries } from '../../src/storage/embedded/locate-binaries.js';
import { fast, query, withServer } from '../support/with-embedded-postgres.js';

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'ks-'));
  await chmod(place, 0o755);
});
afterAll(() => rm(place, { recursive: true, force: true }));

asRoot('the embedded PostgreSQL under root (skipped for other users)', () => {
  it('belongs to an unprivileged user, who may pass through the data directory and nothing more', async () => {
    const dataDir = join(place, 'root');
    await mkdir(dataDir, { mode: 0o700 });
    await writeFile(join(dataDir, 'root.key'), 'secret', { mode: 0o600 });
    await withServer({ dataDir, settings: fast }, async ({ pid }) => {
      const facts = await Promise.all(
        ['', 'postgres', 'postgres/data', 'postgres/run', 'root.key'].map(async (name) => {
          const { uid, mode } = await stat(join(dataDir, name));
          return [name, uid === 0, (mode & 0o777).toString(8)];
        }),
      );
      expect(facts).toEqual([
        ['', true, '711'],
        ['postgres', true, '711'],
        ['postgres/data', false, '700'],
        ['postgres/run', false, '700'],
        ['root.key', true, '600'],
      ]);
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      const { uid, gid } = await stat(join(dataDir, 'postgres', 'data'));
      expect(status).toMatch(new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s+${uid}\\s`, 'm'));
      expect(status).toMatch(new RegExp(`^Gid:\\s+${gid}\\s+${gid}\\s+${gid}\\s`, 'm'));
      expect(status).toMatch(/^Groups:\s*$/m);
      expect(status).toMatch(/^CapEff:\s+0+$/m);
    });
  });

  it('lets only the user that Keystead runs as connect, not even its own', async () => {
    const dataDir = join(place, 'peers');
    await withServer({ dataDir, settings: fast }, async ({ url }) => {
      const { uid, gid } = await stat(join(dataDir, 'postgres', 'data'));
      const program = `import('pg').then(({ Client }) => new Client(${JSON.stringify(url)}).connect())
        .then(() => console.log('connected'), (error) => console.log(error.code)).then(() => process.exit())`;
      const as = (account: object) =>
        execFileSync(process.execPath, ['-e', program], { ...account, encoding: 'utf8' }).trim();
      expect(as({})).toBe('connected');
      expect(as({ uid, gid })).toBe('28000');
      expect(as({ uid: 12345, gid: 12345 })).toBe('EACCES');
    });
  });

  it('works from a checkout and with a data directory that its user cannot reach', async () => {
    const hidden = await mkdtemp(join(tmpdir(), 'hidden-'));
    const { root } = await locateBinaries();
    const packageRoot = join(hidden, 'package');
    await cp(root, packageRoot, { recursive: true, verbatimSymlinks: true });
    const options = {
      dataDir: join(hidden, 'data'),
      settings: fast,
      packageRoot,
      binariesHome: join(place, 'programs'),
    };
    await withServer(options, async ({ url, pid }) => {
      await query(url, 'CREATE TABLE kept AS SELECT 7 AS seven');
      const program = execFileSync('readlink', [`/proc/${pid}/exe`], { encoding: 'utf8' });
      expect(program.startsWith(join(place, 'programs', 'postgresql-'))).toBe(true);
    });
    expect((await stat(hidden)).mode & 0o777).toBe(0o700);
    const rows = await withServer(options, ({ url }) => query(url, 'SELECT seven FROM kept'));
    expect(rows).toEqual([{ seven: 7 }]);
    await rm(hidden, { recursive: true });
  });

  it('copies the programs into the data directory where the checkout alone is out of reach', async () => {
    const hidden = await mkdtemp(join(tmpdir(), 'hidden-'));
    const { root, version } = await locateBinaries();
    await cp(root, join(hidden, 'package'), { recursive: true, verbatimSymlinks: true });
    const dataDir = join(place, 'copied');
    await withServer({ dataDir, settings: fast, packageRoot: join(hidden, 'package') }, ({ url }) =>
      query(url, 'SELECT'),
    );
    expect((await stat(join(dataDir, 'postgres', 'programs', `postgresql-${version}`))).isDirectory()).toBe(true);
    await rm(hidden, { recursive: true });
  });
});
