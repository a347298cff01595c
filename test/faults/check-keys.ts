import { expect } from '@jest/globals';
import { ALIASES, KEYS, type KnownKey } from './known-key.js';
import type { PersistentCaller } from './persistent-caller.js';
import type { Writer } from './writer.js';

export interface KeysChecked {
  readonly keys: number;
  readonly versions: number;
  readonly proofs: number;
  readonly aliases: number;
  readonly repeats: number;
}

/** Every key, version and alias is as its writer knows it, and there are no others. */
export async function checkKeys(caller: PersistentCaller, writers: readonly Writer[]): Promise<KeysChecked> {
  const known = writers.flatMap(({ keys }) => keys);
  const aliases = Object.fromEntries(writers.flatMap((writer) => [...writer.aliases]));
  await Promise.all(writers.map((writer) => checkOneByOne(caller, writer.keys)));
  const listedKeys = await listAll(caller, KEYS, 'key.list');
  expect(listedKeys).toHaveLength(known.length);
  expect(new Set(listedKeys.map(({ id }) => id))).toEqual(new Set(known.map(({ id }) => id)));
  const listedAliases = await listAll(caller, ALIASES, 'alias.list');
  expect(Object.fromEntries(listedAliases.map(({ name, keyId }) => [name, keyId]))).toEqual(aliases);
  return {
    keys: known.length,
    versions: sum(known, ({ versions }) => versions),
    proofs: sum(known, ({ proofs }) => proofs.length),
    aliases: Object.keys(aliases).length,
    repeats: sum(known, ({ rotations }) => rotations.length + 1),
  };
}

async function checkOneByOne(caller: PersistentCaller, keys: readonly KnownKey[]): Promise<void> {
  for (const key of keys) {
    await checkRepeats(caller, key);
    await checkDescription(caller, key);
    if (key.state === 'disabled') await caller.call(as(caller, 'key.enable', 'POST', `${key.path}/enable`));
    for (const proof of key.proofs) expect(await proof.check(caller)).toBe(true);
  }
}

/** The calls that made the key and its versions, once more: they answer what they made. */
async function checkRepeats(caller: PersistentCaller, key: KnownKey): Promise<void> {
  const { body, idempotencyKey } = key.creation;
  const made = await caller.ask({ ...as(caller, 'key.create', 'POST', KEYS), body, idempotencyKey });
  expect(made).toMatchObject({ id: key.id, replayed: true });
  for (const rotation of key.rotations) {
    const rotate = as(caller, 'key.rotate', 'POST', `${key.path}/rotate`);
    const rotated = await caller.ask({ ...rotate, idempotencyKey: rotation });
    expect(rotated).toMatchObject({ id: key.id, versionCount: key.versions, replayed: true });
  }
}

/** Also: every version is whole, and each was used, so that the proofs reach its material. */
async function checkDescription(caller: PersistentCaller, key: KnownKey): Promise<void> {
  const { state, tags, versions } = key;
  const found = await caller.ask(as(caller, 'key.describe', 'GET', key.path));
  expect(found).toMatchObject({ id: key.id, state, tags, versionCount: versions, primaryVersion: versions });
  const listed = await listAll(caller, `${key.path}/versions`, 'key.describe');
  const numbers = Array.from({ length: versions }, (_, index) => versions - index);
  expect(listed.map(({ version, state, primary }) => ({ version, state, primary }))).toEqual(
    numbers.map((version) => ({ version, state: 'active', primary: version === versions })),
  );
  expect(new Set(key.proofs.map(({ version }) => version))).toEqual(new Set(numbers));
}

// oxlint-disable-next-line typescript/no-explicit-any -- items of every shape
async function listAll(caller: PersistentCaller, path: string, operation: string): Promise<any[]> {
  const { items, nextCursor } = await caller.ask(as(caller, operation, 'GET', `${path}?limit=1000`));
  expect(nextCursor).toBeNull();
  return items;
}

function as({ stand }: PersistentCaller, operation: string, method: string, path: string) {
  return { operation, token: stand.tokens.keyAdmin, method, path } as const;
}

function sum(keys: readonly KnownKey[], count: (key: KnownKey) => number): number {
  return keys.reduce((total, key) => total + count(key), 0);
}
