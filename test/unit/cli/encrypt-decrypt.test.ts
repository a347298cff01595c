import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { KeyService, TestServer } from '../client/key-service.js';
import { endless, keystead, type Around, type Ran } from './shell.js';

const service = new KeyService();
let server: TestServer;
let dir: string;
beforeAll(async () => {
  server = await TestServer.start(service.handle);
});
afterAll(() => server.stop());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keystead-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function shell(words: string, around: Around = {}): Promise<Ran> {
  const env = { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: 'kst_test' };
  return keystead(words.replaceAll('DIR', dir).split(' '), { env, ...around });
}

async function file(name: string, content: Buffer | string): Promise<string> {
  await writeFile(join(dir, name), content);
  return join(dir, name);
}

const body = (bytes: Buffer) => bytes.subarray(12 + bytes.readUInt16BE(10));
const content = (name: string) => readFile(join(dir, name));

describe('files', () => {
  const plaintext = randomBytes(300_000);

  it('are encrypted and decrypted, and leave nothing else behind', async () => {
    await file('a', plaintext);
    expect(await shell('encrypt DIR/a -o DIR/a.ks --key orders -c tenant=a')).toMatchObject({
      code: 0,
      out: '',
      err: '',
    });
    expect((await content('a.ks')).subarray(0, 3).toString()).toBe('KSF');
    expect(await shell('decrypt DIR/a.ks -o DIR/b -c tenant=a')).toMatchObject({ code: 0, err: '' });
    expect((await content('b')).equals(plaintext)).toBe(true);
    expect((await readdir(dir)).toSorted()).toEqual(['a', 'a.ks', 'b']);
    expect((await stat(join(dir, 'b'))).mode & 0o777).toBe(0o600);
  });

  it('with another context are refused, and no output appears', async () => {
    await file('a', plaintext);
    await shell('encrypt DIR/a -o DIR/a.ks --key orders -c tenant=a');
    const { code, err } = await shell('decrypt DIR/a.ks -o DIR/b');
    expect(code).toBe(7);
    expect(err).toMatch(/^keystead: .*invalid-ciphertext.*\n$/);
    expect((await readdir(dir)).toSorted()).toEqual(['a', 'a.ks']);
  });

  it.each([
    ['changed in the middle', (bytes: Buffer) => bytes.fill(bytes[150_000]! ^ 1, 150_000, 150_001)],
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 200_000)],
    ['continued', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ])('%s are refused, and no output appears', async (_, spoil) => {
    await file('a', Buffer.alloc(300_000, 1));
    await shell('encrypt DIR/a -o DIR/a.ks --key orders');
    await file('a.ks', spoil(await content('a.ks')));
    expect((await shell('decrypt DIR/a.ks -o DIR/b')).code).toBe(7);
    expect((await readdir(dir)).toSorted()).toEqual(['a', 'a.ks']);
  });

  it('are never overwritten without --force', async () => {
    await file('a', plaintext);
    await file('taken', 'precious');
    for (const words of [
      'encrypt DIR/a -o DIR/taken --key orders',
      'decrypt DIR/a -o DIR/taken',
      'rewrap-file DIR/a -o DIR/taken --key orders',
    ]) {
      const { code, err } = await shell(words);
      expect({ code, err }).toEqual({
        code: 2,
        err: `keystead: ${dir}/taken exists already: give --force to replace it.\n`,
      });
    }
    expect((await content('taken')).toString()).toBe('precious');
    expect((await shell('encrypt DIR/a -o DIR/taken --key orders --force')).code).toBe(0);
    expect((await content('taken')).subarray(0, 3).toString()).toBe('KSF');
  });

  it('a failed --force leaves the old file as it was', async () => {
    await file(
      'a.ks',
      Buffer.concat([Buffer.from('KSF\r\n\u001a\n\u0001\u0001\0\0\u0001x', 'latin1'), Buffer.alloc(80)]),
    );
    await file('old', 'precious');
    expect((await shell('decrypt DIR/a.ks -o DIR/old --force')).code).toBe(7);
    expect((await content('old')).toString()).toBe('precious');
    expect((await readdir(dir)).toSorted()).toEqual(['a.ks', 'old']);
  });

  it('that do not exist are named', async () => {
    expect(await shell('encrypt DIR/none -o DIR/x --key orders')).toMatchObject({
      code: 1,
      err: `keystead: ${dir}/none: there is no such file or directory.\n`,
    });
    expect((await shell('encrypt DIR -o DIR/x --key orders')).code).toBe(2);
    expect((await shell('encrypt DIR/none/there -o DIR/none/x --key orders')).code).toBe(1);
    await file('a', 'x');
    expect((await shell('encrypt DIR/a -o DIR/none/x --key orders')).err).toContain(
      'there is no such file or directory',
    );
  });

  it('an interruption leaves no half file', async () => {
    const stopping = new AbortController();
    const stdin = endless();
    stdin.write(randomBytes(500_000));
    const running = shell('encrypt -o DIR/x.ks --key orders', { stdin, signal: stopping.signal });
    while (!(await readdir(dir)).some((name) => name.endsWith('.part')))
      await new Promise((done) => setTimeout(done, 5));
    stopping.abort();
    expect((await running).code).toBe(130);
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('pipes', () => {
  it('carry a stream of any size', async () => {
    const plaintext = randomBytes(200_000);
    const { stdout, code } = await shell('encrypt --key orders', {
      stdin: Readable.from([plaintext.subarray(0, 7), plaintext.subarray(7)]),
    });
    expect(code).toBe(0);
    const opened = await shell('decrypt -', { stdin: stdout });
    expect(opened.code).toBe(0);
    expect(opened.stdout.equals(plaintext)).toBe(true);
  });

  it('carry nothing, too', async () => {
    const { stdout } = await shell('encrypt - --key orders', { stdin: '' });
    expect(await shell('decrypt', { stdin: stdout })).toMatchObject({ code: 0, out: '' });
  });

  it('give authentic bytes only, and an exit code', async () => {
    const plaintext = Buffer.alloc(100_000, 'secret ');
    const { stdout } = await shell('encrypt --key orders', { stdin: plaintext });
    const { code, stdout: got } = await shell('decrypt', { stdin: stdout.subarray(0, 60_000) });
    expect(code).toBe(7);
    expect(got.equals(plaintext.subarray(0, got.length))).toBe(true);
  });

  it('encrypted bytes do not go to a terminal', async () => {
    const { code, stdout } = await shell('encrypt --key orders', { stdin: 'x', tty: 'both' });
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
  });
});

describe('progress', () => {
  it('is drawn on a terminal, on standard error, to the end', async () => {
    await file('a', randomBytes(300_000));
    const { err, out } = await shell('encrypt DIR/a -o DIR/a.ks --key orders', { tty: 'stderr' });
    expect(err).toMatch(/encrypting {2}\[#{30}\] {2}100% {2}293\.0 KiB of 293\.0 KiB/);
    expect(out).toBe('');
    expect((await shell('decrypt DIR/a.ks -o DIR/b --no-progress', { tty: 'stderr' })).err).toBe('');
  });
});

describe('directly by the service', () => {
  it('small data become base64, and come back from base64, JSON or raw bytes', async () => {
    const { out } = await shell('encrypt --direct --key orders -c a=b', { stdin: 'card 4711' });
    expect(out).toMatch(/^[A-Za-z0-9+/]+=*\n$/);
    const json = await shell('encrypt --direct --key orders -c a=b --json', { stdin: 'card 4711' });
    for (const stdin of [out, json.out, Buffer.from(out, 'base64')]) {
      expect(await shell('decrypt -c a=b', { stdin })).toMatchObject({ code: 0, out: 'card 4711' });
    }
    expect((await shell('decrypt', { stdin: out })).code).toBe(7);
    expect(JSON.parse((await shell('decrypt -c a=b --json', { stdin: out })).out)).toMatchObject({
      plaintext: 'Y2FyZCA0NzEx',
    });
  });

  it('into a file, too', async () => {
    await shell('encrypt --direct --key orders -o DIR/c', { stdin: 'card 4711' });
    await shell('decrypt DIR/c -o DIR/p');
    expect((await content('p')).toString()).toBe('card 4711');
  });

  it('only up to 64 KiB', async () => {
    const { code, err } = await shell('encrypt --direct --key orders', { stdin: Buffer.alloc(65_537) });
    expect(code).toBe(2);
    expect(err).toContain('up to 64 KiB');
  });

  it('nothing cannot be decrypted', async () => {
    expect((await shell('decrypt', { stdin: ' \n' })).code).toBe(2);
  });
});

describe('rewrap-file', () => {
  it('wraps the data key anew in place; the body is the same, byte by byte', async () => {
    const plaintext = randomBytes(100_000);
    await file('a', plaintext);
    await shell('encrypt DIR/a -o DIR/a.ks --key orders -c x=1');
    const before = await content('a.ks');
    const { code, out } = await shell('rewrap-file DIR/a.ks --key archive -c x=1 --json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ file: join(dir, 'a.ks'), keyId: 'archive', version: 1 });
    const after = await content('a.ks');
    expect(after.subarray(0, 100).includes('archive')).toBe(true);
    expect(body(after).equals(body(before))).toBe(true);
    await shell('decrypt DIR/a.ks -o DIR/b -c x=1');
    expect((await content('b')).equals(plaintext)).toBe(true);
  });

  it('refuses another context and leaves the file alone', async () => {
    await file('a', 'text');
    await shell('encrypt DIR/a -o DIR/a.ks --key orders -c x=1');
    const before = await content('a.ks');
    expect((await shell('rewrap-file DIR/a.ks --key archive')).code).toBe(7);
    expect((await content('a.ks')).equals(before)).toBe(true);
    expect((await shell('rewrap-file DIR/a --key archive')).code).toBe(7);
    expect(existsSync(join(dir, 'a.ks'))).toBe(true);
  });
});
