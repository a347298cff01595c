import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { archiveLines, OpenArchive, type ArchiveLine, type ArchiveSeal } from '../../../src/backup/archive.js';
import type { ArchiveHeader } from '../../../src/backup/archive-header.js';

const header: ArchiveHeader = {
  keystead: 'backup',
  format: 1,
  id: 'an id',
  createdAt: 'now',
  release: '0',
  schema: [],
  roots: [],
  checkpoint: 'a checkpoint',
  verifierKey: 'a key',
  integrityKey: [],
};
/** Two and a half parts of 16 MiB. */
const ROWS = 40;
const row = `{"x":"${'x'.repeat(2 ** 20)}"}`;
const sealOf = (label: string, digest: Buffer) => createHmac('sha256', label).update(digest).digest();

async function* rows(): AsyncGenerator<ArchiveLine> {
  yield { table: 'key' };
  for (let made = 0; made < ROWS; made++) yield { row };
}

async function written(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of archiveLines(header, rows(), sealOf)) lines.push(line);
  return lines;
}

function mustBeSealed({ label, digest, seal }: ArchiveSeal): void {
  if (!sealOf(label, digest).equals(seal)) throw new Error(`${label}: not sealed`);
}

/** @returns how many rows were taken in, and what ended it */
async function read(lines: readonly string[]): Promise<{ readonly rows: number; readonly end: string }> {
  let count = 0;
  try {
    const archive = await OpenArchive.open(Readable.from(lines.map((line) => Buffer.from(line))));
    mustBeSealed(archive.headerSeal);
    for await (const line of archive.lines(mustBeSealed)) if ('row' in line) count++;
    mustBeSealed(archive.finish());
    return { rows: count, end: 'whole' };
  } catch (error) {
    return { rows: count, end: (error as Error).message };
  }
}

const isPart = (line: string, at: number) => at > 1 && line.startsWith('["seal"');

it('is sealed part by part, and read as it was written', async () => {
  const lines = await written();
  expect(lines.filter(isPart)).toHaveLength(2);
  expect(await read(lines)).toEqual({ rows: ROWS, end: 'whole' });
});

it('takes in no more than a part of what goes on without a seal', async () => {
  const lines = (await written()).filter((line, at) => !isPart(line, at));
  const detail = expect.stringContaining('a part of it is not sealed');
  expect(await read(lines)).toEqual({ rows: 16, end: detail });
});

it('takes in no more than a part of what goes on otherwise', async () => {
  const lines = (await written()).map((line, at) => (at === 5 ? line.replace('xx', 'yx') : line));
  expect(await read(lines)).toEqual({ rows: 16, end: 'backup-part: not sealed' });
});

it('does not end where a part ends', async () => {
  const lines = await written();
  const at = lines.findIndex(isPart);
  const [, seal] = JSON.parse(lines[at] ?? '') as [string, string];
  const [, about] = JSON.parse(lines.at(-1) ?? '') as [string, object];
  const sha256 = createHash('sha256').update(lines.slice(0, at).join('')).digest('hex');
  const end = `${JSON.stringify(['end', { ...about, sha256, seal }])}\n`;
  expect(await read([...lines.slice(0, at), end])).toEqual({ rows: 16, end: 'backup: not sealed' });
});
