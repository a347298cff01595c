import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { locateBinaries } from '../../src/storage/embedded/locate-binaries.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.js';
import type { SupervisorEvent } from '../../src/storage/embedded/supervisor.js';
import { startEmbeddedProcess } from '../support/start-embedded-process.js';
import { until } from '../support/until.js';
import { query, withServer } from '../support/with-embedded-postgres.js';

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'ks-'));
  await chmod(place, 0o777);
});
afterAll(() => rm(place, { recursive: true, force: true }));

/** A process that nobody has reaped yet is not alive. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

/** Runs a query until the server answers it; jest's own limit ends a wait in vain. */
async function queryWhenUp(url: string, sql: string): Promise<Record<string, unknown>[]> {
  for (;;) {
    try {
      return await query(url, sql);
    } catch {
      await sleep(20);
    }
  }
}

async function postmasterPidFile(dataDir: string): Promise<string[]> {
  return (await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n');
}

describe('an embedded PostgreSQL that is killed', () => {
  it('comes back under the same URL with all that it acknowledged, each time its postmaster is killed', async () => {
    const events: SupervisorEvent[] = [];
    const options = {
      dataDir: join(place, 'postmaster'),
      onEvent: (event: SupervisorEvent) => void events.push(event),
    };
    await withServer(options, async (server) => {
      await query(server.url, 'CREATE TABLE kept (number int)');
      for (let round = 1; round <= 3; round += 1) {
        await query(server.url, `INSERT INTO kept VALUES (${round})`);
        const before = server.pid;
        process.kill(before, 'SIGKILL');
        const rows = await queryWhenUp(server.url, 'SELECT count(*)::int AS count FROM kept');
        expect(rows).toEqual([{ count: round }]);
        // It answers before whoever started it has seen that it does.
        await until(() => events.filter(({ kind }) => kind === 'restarted').length === round);
        expect(server.pid).not.toBe(before);
        expect(isAlive(before)).toBe(false);
      }
    });
    expect(events.filter(({ kind }) => kind === 'ended')).toHaveLength(3);
    expect(events.filter(({ kind }) => kind === 'restarted')).toHaveLength(3);
    expect(events[0]).toMatchObject({ kind: 'ended', how: 'ended by SIGKILL' });
  });

  it('is tried again, and stops when told so, while it cannot come back', async () => {
    const dataDir = join(place, 'cannot');
    const failed: SupervisorEvent[] = [];
    const attempts = new EventEmitter();
    const third = once(attempts, '3');
    const server = await startEmbeddedPostgres({
      dataDir,
      onEvent: (event) => {
        if (event.kind === 'restart-failed') attempts.emit(String(failed.push(event)));
      },
    });
    const control = join(dataDir, 'postgres', 'data', 'global', 'pg_control');
    const kept = await readFile(control);
    await writeFile(control, Buffer.alloc(kept.length));
    process.kill(server.pid, 'SIGKILL');
    await third;
    await server.stop();
    expect(failed[2]).toMatchObject({ attempt: 3, error: { code: 'database-unavailable' } });
    await writeFile(control, kept);
    await withServer({ dataDir }, ({ url }) => query(url, 'SELECT'));
  });

  it('is stopped and started anew when Node was killed and left it behind', async () => {
    const dataDir = join(place, 'orphan');
    const first = startEmbeddedProcess({ dataDir });
    const { pid, url } = await first.next('ready');
    await query(String(url), 'CREATE TABLE kept AS SELECT 7 AS seven');
    first.child.kill('SIGKILL');
    expect(await first.ended()).toBe('SIGKILL');
    expect(isAlive(Number(pid))).toBe(true);
    await withServer({ dataDir }, async (server) => {
      expect(isAlive(Number(pid))).toBe(false);
      expect(await query(server.url, 'SELECT seven FROM kept')).toEqual([{ seven: 7 }]);
    });
  });

  it('starts when Node and the postmaster were killed together', async () => {
    const dataDir = join(place, 'both');
    const first = startEmbeddedProcess({ dataDir });
    const { pid, url } = await first.next('ready');
    await query(String(url), 'CREATE TABLE kept AS SELECT 7 AS seven');
    first.child.kill('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    await first.ended();
    const rows = await withServer({ dataDir }, (server) => query(server.url, 'SELECT seven FROM kept'));
    expect(rows).toEqual([{ seven: 7 }]);
  });

  it('starts while a backend of the killed postmaster is still busy', async () => {
    const dataDir = join(place, 'busy');
    const first = startEmbeddedProcess({ dataDir });
    const { pid, url } = await first.next('ready');
    const lost = query(String(url), 'SELECT count(*) FROM generate_series(1, 1000000000000) n').catch(() => 'lost');
    const busy = async () =>
      (await query(String(url), `SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT count%generate%'`))[0]?.[
        'pid'
      ];
    while ((await busy()) === undefined) await sleep(20);
    const backend = Number(await busy());
    first.child.kill('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    await first.ended();
    expect(isAlive(backend)).toBe(true);
    await withServer({ dataDir }, (server) => query(server.url, 'SELECT'));
    expect(isAlive(backend)).toBe(false);
    expect(await lost).toBe('lost');
  });

  it('takes a pid that now means another process neither for its server nor for a reason not to start', async () => {
    const dataDir = join(place, 'reused');
    const first = startEmbeddedProcess({ dataDir });
    const { pid } = await first.next('ready');
    first.child.kill('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    await first.ended();
    const pgdata = join(dataDir, 'postgres', 'data');
    const { uid, gid } = await stat(pgdata);
    const bystander = spawn('sleep', ['600'], { uid, gid, cwd: '/' });
    await once(bystander, 'spawn');
    try {
      const lines = await postmasterPidFile(dataDir);
      await writeFile(join(pgdata, 'postmaster.pid'), [String(bystander.pid), ...lines.slice(1)].join('\n'));
      await withServer({ dataDir }, ({ url }) => query(url, 'SELECT'));
      expect(isAlive(bystander.pid ?? 0)).toBe(true);
      await writeFile(join(pgdata, 'postmaster.pid'), '');
      await withServer({ dataDir }, ({ url }) => query(url, 'SELECT'));
    } finally {
      bystander.kill();
    }
  });

  it('does not touch a PostgreSQL that somebody else runs on its files', async () => {
    const dataDir = join(place, 'foreign');
    await withServer({ dataDir }, () => Promise.resolve());
    const elsewhere = join(place, 'usr');
    await cp(join((await locateBinaries()).root, 'native'), elsewhere, { recursive: true, verbatimSymlinks: true });
    const pgdata = join(dataDir, 'postgres', 'data');
    const { uid, gid } = await stat(pgdata);
    const args = ['-D', pgdata, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${pgdata}`];
    const foreign = spawn(join(elsewhere, 'bin', 'postgres'), args, { uid, gid, cwd: pgdata, stdio: 'ignore' });
    const ended = once(foreign, 'exit');
    while (!(await postmasterPidFile(dataDir).catch(() => []))[7]?.startsWith('ready')) await sleep(20);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining(`process ${foreign.pid}, ${elsewhere}`),
    });
    expect(isAlive(foreign.pid ?? 0)).toBe(true);
    foreign.kill('SIGINT');
    await ended;
    await withServer({ dataDir }, ({ url }) => query(url, 'SELECT'));
  });

  it('ends with Node on a stop signal, and a repeated one does not cut it short', async () => {
    const dataDir = join(place, 'signals');
    const first = startEmbeddedProcess({ dataDir });
    const { pid } = await first.next('ready');
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT'] as const) first.child.kill(signal);
    await first.next('stopping');
    first.child.kill('SIGINT');
    await first.next('stopped');
    expect(await first.ended()).toBe(0);
    expect(first.events.at(-1)).toEqual({ kind: 'stopped' });
    expect(isAlive(Number(pid))).toBe(false);
    await expect(postmasterPidFile(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('follows a Node that exits without having stopped it', async () => {
    const first = startEmbeddedProcess({ dataDir: join(place, 'exit') });
    const { pid } = await first.next('ready');
    first.child.kill('SIGUSR2');
    expect(await first.ended()).toBe(3);
    while (isAlive(Number(pid))) await sleep(20);
    await expect(postmasterPidFile(join(place, 'exit'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has one winner when servers race for the directory of a dead one, and the others say why', async () => {
    const dataDir = join(place, 'race');
    const dead = startEmbeddedProcess({ dataDir });
    await dead.next('ready');
    dead.child.kill('SIGKILL');
    await dead.ended();
    const racers = [1, 2, 3].map(() => startEmbeddedProcess({ dataDir }));
    const outcomes = await Promise.all(
      racers.map((racer) => Promise.any([racer.next('ready'), racer.next('refused')])),
    );
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['ready', 'refused', 'refused']);
    expect(outcomes.filter(({ kind }) => kind === 'refused').every(({ code }) => code === 'conflict')).toBe(true);
    for (const racer of racers) racer.child.kill('SIGTERM');
    await Promise.all(racers.map((racer) => racer.ended()));
  });
});

(process.getuid?.() === 0 ? describe : describe.skip)('seen from root (skipped for other users)', () => {
  it('runs as an ordinary user too', async () => {
    const account = { uid: 65534, gid: 65534 };
    const dataDir = join(place, 'ordinary');
    const first = startEmbeddedProcess({ dataDir }, account);
    await first.next('ready');
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await stat(join(dataDir, 'postgres', 'data'))).toMatchObject(account);
    first.child.kill('SIGKILL');
    await first.ended();
    const second = startEmbeddedProcess({ dataDir }, account);
    await second.next('ready');
    second.child.kill('SIGTERM');
    expect(await second.ended()).toBe(0);
  });
});
