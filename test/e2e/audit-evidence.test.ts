import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readTar, tarOf } from '../../src/cli/tar.js';
import { call, Server } from '../support/server.js';

const MAIN = resolve('dist/src/cli/main.js');
const KEYS = '/api/v1/keyrings/default/keys';
const EVIL = `"><script>alert('x')</script>`;

let server: Server;
let dir: string;
let token: string;
let keyId: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keystead-evidence-'));
  server = await Server.start();
  const tokens = await server.tokens();
  token = tokens.auditor;
  const done = async (who: keyof typeof tokens, method: string, path: string, body: object) => {
    const answer = await call(server, tokens[who], method, path, body);
    if (answer.status >= 400) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  keyId = (await done('keyAdmin', 'POST', KEYS, { name: 'orders', description: EVIL })).id;
  await done('keyAdmin', 'POST', KEYS, { name: 'other' });
  await done('keyAdmin', 'PUT', `${KEYS}/orders/policy`, { rotate: { every: '90d' } });
  for (let at = 0; at < 5; at++) {
    await done('app', 'POST', `${KEYS}/orders/encrypt`, { plaintext: '', context: { [`${EVIL}${at}`]: 'secret' } });
    await done('app', 'POST', `${KEYS}/other/encrypt`, { plaintext: '' });
  }
  await done('keyAdmin', 'POST', `${KEYS}/orders/rotate`, {});
  await call(server, tokens.admin, 'POST', `${KEYS}/orders/encrypt`, { plaintext: '' });
  await writeFile(join(dir, 'log.vkey'), (await keystead('audit vkey')).out);
});
afterAll(async () => {
  await Promise.all([server.remove(), rm(dir, { recursive: true })]);
});

/** The real command. @param online whether it knows a server */
async function keystead(words: string, online = true) {
  const { KEYSTEAD_URL, KEYSTEAD_TOKEN, ...rest } = { ...process.env, KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: token };
  const env = { ...rest, HOME: dir, ...(online ? { KEYSTEAD_URL, KEYSTEAD_TOKEN } : {}) };
  const child = spawn(process.execPath, [MAIN, ...words.split(' ')], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (piece: Buffer) => out.push(piece));
  child.stderr.on('data', (piece: Buffer) => err.push(piece));
  const code = await new Promise<number | null>((closed) => child.on('close', closed));
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

const read = async () => new Map(readTar(await readFile(join(dir, 'orders.tar'))));

/** What the command says of the archive with these files in place of its own. */
async function verdictOn(changes: Readonly<Record<string, string | undefined>>) {
  const files = await read();
  for (const [name, content] of Object.entries(changes)) {
    if (content === undefined) files.delete(name);
    else files.set(name, Buffer.from(content));
  }
  await writeFile(join(dir, 'changed.tar'), Buffer.concat([...tarOf(files)]));
  return keystead('audit verify changed.tar --vkey log.vkey', false);
}

const recordsOf = (lines: readonly string[]) => ({ 'records.jsonl': lines.join('\n') });

async function newest({ url }: Server, auditor: string): Promise<string> {
  const headers = { authorization: `Bearer ${auditor}` };
  return (await fetch(`${url}/api/v1/audit/log/checkpoint`, { headers })).text();
}

const refused = (message: RegExp) => ({ code: 7, err: expect.stringMatching(message) });

describe('an archive of evidence', () => {
  it('is made by one command, and verified by one without the server', async () => {
    expect(await keystead('audit evidence --key orders --since 90d -o orders.tar')).toMatchObject({ code: 0, err: '' });
    const { code, out, err } = await keystead('audit verify orders.tar --vkey log.vkey --json', false);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const files = await read();
    const manifest = JSON.parse(String(files.get('manifest.json')));
    // create, policy, five calls, rotate, one denied
    expect(JSON.parse(out)).toMatchObject({ verified: true, key: keyId, records: 9 });
    expect(manifest.versions).toMatchObject([{ version: 1 }, { version: 2, primary: true }]);
    expect(manifest.policy.inForce.policy).toEqual({ rotate: { every: '90d' } });
    expect(manifest.bindings.map(({ role }: { role: string }) => role)).toContain('crypto-user');
    expect(manifest.roles['crypto-user']).toContain('decrypt');
    expect(String(files.get('records.jsonl'))).not.toContain('secret');
  });

  it('has a report in which nothing runs and nothing comes from outside', async () => {
    const report = String((await read()).get('report.html'));
    expect(report).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    expect(report).not.toMatch(/<script|javascript:|src=|href=|url\(|@import|\son\w+=/i);
    expect(report).toMatch(/<svg [^>]*>[\s\S]*version 2: active, primary[\s\S]*<\/svg>/);
    for (const asked of ['PCI DSS', 'SOC 2', 'NIST SP 800-53 AU-']) expect(report).toContain(asked);
  });

  it('is refused when a byte of a record was changed, and the record is named', async () => {
    const records = String((await read()).get('records.jsonl'));
    const { records: indexes } = JSON.parse(String((await read()).get('manifest.json'))) as { records: number[] };
    const encrypt = '\\"operation\\":\\"encrypt\\"';
    const changed = records.replace(encrypt, '\\"operation\\":\\"encrypu\\"');
    const third = JSON.parse(records.split('\n').find((line) => line.includes(encrypt)) ?? '').index;
    expect(await verdictOn({ 'records.jsonl': changed })).toMatchObject(
      refused(new RegExp(`record ${third} is not what the log of \\d+ records has there`)),
    );
    const broken = records.replace('{', '[');
    expect(await verdictOn({ 'records.jsonl': broken })).toMatchObject(
      refused(new RegExp(`record ${indexes[0]} cannot be read: it was changed`)),
    );
  });

  it('is refused when a record was left out, put in or told twice, and the record is named', async () => {
    const lines = String((await read()).get('records.jsonl')).split('\n');
    const indexOf = (at: number) => JSON.parse(lines[at] ?? '').index;
    expect(await verdictOn(recordsOf(lines.toSpliced(3, 1)))).toMatchObject(
      refused(new RegExp(`record ${indexOf(3)} was left out`)),
    );
    expect(await verdictOn(recordsOf(lines.toSpliced(-2, 1)))).toMatchObject(
      refused(new RegExp(`record ${indexOf(8)} was left out`)),
    );
    expect(await verdictOn(recordsOf(lines.toSpliced(3, 0, lines[2] ?? '')))).toMatchObject(
      refused(/record \d+ is there twice/),
    );
    const statement = String((await read()).get('statement.json')).trim();
    expect(await verdictOn(recordsOf(lines.toSpliced(9, 0, statement)))).toMatchObject(
      refused(/record \d+ was put in/),
    );
  });

  it('is refused with less gathered than was said, and with another report', async () => {
    const files = await read();
    const [manifest, report] = [String(files.get('manifest.json')), String(files.get('report.html'))];
    const fewer = manifest.replace(/,\d+\]/, ']');
    expect(fewer).not.toBe(manifest);
    expect(await verdictOn({ 'manifest.json': fewer })).toMatchObject(
      refused(/manifest\.json is not what record \d+ says was gathered/),
    );
    expect(await verdictOn({ 'report.html': report.replace('denied', 'success') })).toMatchObject(
      refused(/report\.html does not say what the records say/),
    );
    expect(await verdictOn({ 'report.html': undefined })).toMatchObject(refused(/report\.html was left out/));
    expect(await verdictOn({ 'more.html': '' })).toMatchObject(refused(/more\.html is no part of an archive/));
  });

  it('is refused with the checkpoint of another log, and with another one of its own', async () => {
    const other = await Server.start();
    try {
      const { auditor } = await other.tokens();
      expect(await verdictOn({ 'checkpoint.txt': await newest(other, auditor) })).toMatchObject(
        refused(/signed|signature|checkpoint/),
      );
      expect(await verdictOn({ 'checkpoint.txt': await newest(server, token) })).toMatchObject(
        refused(/the proof of record \d+ has another checkpoint than checkpoint\.txt/),
      );
    } finally {
      await other.remove();
    }
  });

  it('proves that the log goes on from checkpoints that were kept, and is refused where it does not', async () => {
    const { app } = await server.tokens();
    await writeFile(join(dir, 'kept.txt'), `${await newest(server, token)}\n`);
    await call(server, app, 'POST', `${KEYS}/other/encrypt`, { plaintext: '' });
    await writeFile(join(dir, 'later.txt'), await newest(server, token));
    const make = 'audit evidence --key orders --kept kept.txt --force -o kept.tar';
    expect(await keystead(make)).toMatchObject({ code: 0, err: '' });
    const verify = (kept: string) => keystead(`audit verify kept.tar --vkey log.vkey --kept ${kept} --json`, false);
    const { code, out } = await verify('kept.txt');
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, verified: true, kept: 1 });
    expect(await verify('later.txt')).toMatchObject(refused(/the checkpoint over \d+ records that was kept is not in/));
    const files = new Map(readTar(await readFile(join(dir, 'kept.tar'))));
    expect(String(files.get('report.html'))).toMatch(/checkpoints that were kept before, over \d+ records/);
    const proof = JSON.parse(String(files.get('kept.jsonl')));
    const wrong = { ...proof, consistency: proof.consistency.toReversed() };
    for (const [line, message] of [
      [wrong, /does not go on from the checkpoint over \d+ that was kept/],
      [{}, /without its note or its proof/],
    ] as const) {
      files.set('kept.jsonl', Buffer.from(`${JSON.stringify(line)}\n`));
      await writeFile(join(dir, 'changed.tar'), Buffer.concat([...tarOf(files)]));
      expect(await keystead('audit verify changed.tar --vkey log.vkey', false)).toMatchObject(refused(message));
    }
    await writeFile(join(dir, 'forged.txt'), (await newest(server, token)).replace(/^(\d+)$/m, '9$1'));
    expect(await keystead(make.replace('kept.txt', 'forged.txt'))).toMatchObject(
      refused(/the signature of .* is wrong/),
    );
  });

  it('is refused when it is cut off', async () => {
    const archive = await readFile(join(dir, 'orders.tar'));
    await writeFile(join(dir, 'changed.tar'), archive.subarray(0, 3000));
    expect(await keystead('audit verify changed.tar --vkey log.vkey', false)).toMatchObject(
      refused(/the archive is cut off/),
    );
  });

  it('has what the client calls its request, where that is an id', async () => {
    const { app } = await server.tokens();
    for (const id of ['order-17', 'o'.repeat(129), 'two words']) {
      await call(server, app, 'POST', '/api/v1/random', { bytes: 1 }, { 'x-request-id': id });
    }
    const { out } = await keystead('audit query --operation random --limit 3 --order oldest --json');
    const ids = (JSON.parse(out) as { items: { detail: { clientRequestId?: string } }[] }).items;
    expect(ids.map(({ detail }) => detail.clientRequestId)).toEqual(['order-17', undefined, undefined]);
  });

  it('is made only by whoever may read the whole log, and of a key that there is', async () => {
    const { app } = await server.tokens();
    expect(await call(server, app, 'GET', `${KEYS}/orders/evidence`)).toMatchObject({ status: 403 });
    expect(await call(server, app, 'GET', `${KEYS}/nothing/evidence`)).toMatchObject({ status: 403 });
    expect(await call(server, token, 'GET', `${KEYS}/nothing/evidence`)).toMatchObject({ status: 404 });
  });
});
