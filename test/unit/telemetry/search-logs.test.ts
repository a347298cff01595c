import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Planted } from '../../support/planted.js';
import { searchLogs } from '../../support/search-logs.js';

let directory: string;
const before = process.env['KEYSTEAD_TEST_LOGS'];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-logs-'));
  process.env['KEYSTEAD_TEST_LOGS'] = directory;
});
afterEach(async () => {
  process.env['KEYSTEAD_TEST_LOGS'] = before;
  await rm(directory, { recursive: true });
});

it.each([
  [
    'a plaintext',
    { items: [{ plaintext: Buffer.from('a plaintext of a test').toString('base64') }] },
    'a plaintext of a test',
  ],
  ['its base64', { plaintext: 'QSBwbGFpbnRleHQgb2YgYSB0ZXN0' }, '"QSBwbGFpbnRleHQgb2YgYSB0ZXN0"'],
  ['a code for recovery', { recoveryCodes: ['abcd-efgh-ijkl'] }, 'code abcd-efgh-ijkl used'],
  ['a setting', { KEYSTEAD_ROOT_PASSPHRASE: 'six words of a passphrase' }, '… six words of a passphrase'],
  ['any token', {}, `Bearer kst_${'a'.repeat(12)}_${'b'.repeat(43)}`],
  ['the beginning of a token', {}, `kst_${'a'.repeat(12)}_${'b'.repeat(8)}…`],
  ['any share', {}, `keystead-share-${'0'.repeat(16)}-01-${'a'.repeat(64)}`],
])('finds %s in the log of a server', (_, given, line) => {
  const planted = new Planted();
  planted.addFrom(given);
  planted.leave(`{"message":"started"}\n{"message":${JSON.stringify(line)}}\n`);
  expect(searchLogs(directory)).toMatchObject({ logs: 1, found: [expect.stringContaining('message')] });
});

it('finds nothing where there is nothing, and names no log that there is not', async () => {
  const planted = new Planted();
  planted.addFrom({ plaintext: 'QSBwbGFpbnRleHQgb2YgYSB0ZXN0', name: 'billing-key-of-a-test' });
  expect(searchLogs(directory)).toEqual({ logs: 0, found: [] });
  planted.leave('{"message":"a key was made: billing-key-of-a-test"}\n');
  await writeFile(join(directory, 'unrelated'), 'kst_aaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbb');
  expect(searchLogs(directory)).toEqual({ logs: 1, found: [] });
});
