import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { call } from '../support/server.js';
import type { Cluster } from './cluster.js';
import { groupBy } from './group-by.js';
import type { Sent } from './load.js';

const MAIN = resolve('dist/src/cli/main.js');

const NOTE = /^keystead\/[0-9a-f-]{36}\/audit\/1\n\d+\n\S{44}\n\n\u2014 \S+ \S+\n/gm;

interface Entry {
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  readonly resource: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly detail: { readonly clientRequestId?: string; readonly decision?: number; readonly replayed?: boolean };
}

/** The real command, run by an auditor in the cluster's directory. */
export async function keystead({ directory, tokens }: Cluster, url: string, words: string): Promise<string> {
  const env = { ...process.env, KEYSTEAD_URL: url, KEYSTEAD_TOKEN: tokens.auditor };
  const child = spawn(process.execPath, [MAIN, ...words.split(' ')], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (piece: Buffer) => out.push(piece));
  child.stderr.on('data', (piece: Buffer) => err.push(piece));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  if (code !== 0) throw new Error(`keystead ${words}: ${code}: ${Buffer.concat(err).toString()}`);
  return Buffer.concat(out).toString();
}

/**
 * Verifies the log as an auditor does, with all checkpoints that were ever seen, and takes it away.
 * @param checkpoints notes that were kept on the way
 * @returns its records in their order
 */
export async function takeLog(cluster: Cluster, checkpoints: readonly string[]): Promise<readonly Entry[]> {
  const { directory, nodes } = cluster;
  const { url } = await cluster.anyNode();
  const signed = await cluster.sql<{ note: string }>('select note from audit_checkpoint');
  const files = nodes.flatMap(({ name }) => [`signed-by-${name}.txt`, join(name, 'audit-checkpoint')]);
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8').catch(() => '')));
  // A node may have been killed while it wrote one.
  const notes = [...checkpoints, ...signed.map(({ note }) => note), ...texts.flatMap((text) => text.match(NOTE) ?? [])];
  await writeFile(join(directory, 'kept.txt'), notes.map((note) => `${note}\n`).join(''));
  await writeFile(join(directory, 'log.vkey'), await keystead(cluster, url, 'audit vkey'));
  const verify = '--vkey log.vkey --kept kept.txt --json';
  assert.equal(JSON.parse(await keystead(cluster, url, `audit verify --state ${verify}`)).verified, true);
  await keystead(cluster, url, 'audit export -o log.jsonl');
  const lines = (await readFile(join(directory, 'log.jsonl'), 'utf8')).trimEnd().split('\n');
  const verdict = JSON.parse(await keystead(cluster, url, `audit verify log.jsonl ${verify}`));
  assert(verdict.checkpoints > checkpoints.length);
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** Every writer's records are numbered from 1 without gaps. @returns how many writers there were */
export function checkStreams(entries: readonly Entry[]): number {
  const streams = groupBy(entries, ({ stream }) => stream);
  for (const [stream, records] of streams) {
    const wrong = records.filter(({ seq }, at) => seq !== at + 1);
    assert.deepEqual({ stream, wrong }, { stream, wrong: [] });
  }
  assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
  return streams.size;
}

/** The search finds all of them, at their places. */
export async function checkSearch(cluster: Cluster, entries: readonly Entry[]): Promise<void> {
  const { url } = await cluster.anyNode();
  const found: { readonly index: number; readonly id: string }[] = [];
  for (let cursor: string | null = ''; cursor !== null && found.length < entries.length;) {
    const path = `/api/v1/audit/records?order=oldest&limit=1000${cursor && `&cursor=${cursor}`}`;
    const { status, body } = await call({ url }, cluster.tokens.auditor, 'GET', path);
    assert.equal(status, 200);
    found.push(...body.items);
    cursor = body.nextCursor;
  }
  const pairs = found.slice(0, entries.length).map(({ index, id }) => ({ index, id }));
  assert.deepEqual(
    pairs,
    entries.map(({ id }, index) => ({ index, id })),
  );
}

const OUTCOMES: Readonly<Record<number, string>> = { 200: 'success', 201: 'success', 204: 'success', 403: 'denied' };

export interface RequestsChecked {
  /** Answered, and not in the log. */
  readonly missing: readonly string[];
  /** In the log twice, or not as they were answered. */
  readonly wrong: readonly string[];
  /** How many were decided more than once. */
  readonly again: number;
}

/**
 * What was answered is in the log exactly once for each time that it was decided, the last time as it was answered; what was not answered at
 * most once.
 */
export function checkRequests(entries: readonly Entry[], sent: readonly Sent[]): RequestsChecked {
  const records = groupBy(entries, ({ detail }) => detail.clientRequestId ?? '');
  const missing: string[] = [];
  const wrong: string[] = [];
  let again = 0;
  for (const { id, kind, status, isInVain } of sent) {
    const found = records.get(id) ?? [];
    // Where the answer to a change was lost, the service finds it done: that is a record of its own.
    const decisions = groupBy(found, ({ detail }) => `${detail.decision ?? 1} ${detail.replayed ?? false}`);
    const last = found.toSorted((a, b) => (a.detail.decision ?? 1) - (b.detail.decision ?? 1)).at(-1);
    if (decisions.size > 1) again += 1;
    const isAnswered = status !== undefined && status < 500;
    const isTwice = isAnswered
      ? found.length !== decisions.size
      : [...decisions.values()].some((ones) => new Set(ones.map(({ outcome }) => outcome)).size !== ones.length);
    const outcome = isInVain ? 'error' : (OUTCOMES[Number(status)] ?? 'error');
    const isAsAnswered = !isAnswered || last?.outcome === outcome;
    const told = `${kind} ${id}: ${status}, ${JSON.stringify(found)}`;
    if (isAnswered && !last) missing.push(told);
    else if (isTwice || !isAsAnswered) wrong.push(told);
  }
  return { missing, wrong, again };
}

/** What was brought outside: every record, in order; some again, after the node that brought them was killed. @returns how many of them */
export async function checkDelivered({ directory }: Cluster, entries: readonly Entry[]): Promise<number> {
  const lines = (await readFile(join(directory, 'delivered.jsonl'), 'utf8')).split('\n');
  let next = 0;
  let again = 0;
  for (const line of lines) {
    const record = readLine(line);
    if (!record) continue;
    assert(record.index <= next);
    if (record.index < next) again += 1;
    else if (entries[next++] !== undefined) assert.equal(record.id, entries[record.index]?.id);
  }
  assert(next >= entries.length);
  return again;
}

/** @returns undefined for what a node wrote only half of before it was killed */
function readLine(line: string): { readonly index: number; readonly id: string } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
