import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createRootKey, createRootKeyInToken } from '../../src/admin/create-root-key.js';
import { Secret } from '../../src/crypto/secret.js';
import { describeRoot } from '../../src/operations/root/describe-root.js';
import { migrateRoot } from '../../src/operations/root/migrate-root.js';
import { rotateRoot } from '../../src/operations/root/rotate-root.js';
import { sealMethodOf } from '../../src/roots/local/open-sealed-root-key.js';
import { readShamirMethod, ShareCollector } from '../../src/roots/local/shamir-seal.js';
import { openRootKey } from '../../src/roots/providers.js';
import type { RootKey } from '../../src/roots/root-key.js';
import { RootBed } from '../support/root-bed.js';
import { PIN, SoftHsm } from '../support/soft-hsm.js';
import { until } from '../support/until.js';

const PASSPHRASE = 'correct horse battery staple';
let bed: RootBed;
let directory: string;
let shares: readonly string[];

const at = (name: string) => join(directory, name);
const hsm = new SoftHsm();
const TOKEN = `between-${process.pid}`;

const providers: Record<string, () => Promise<RootKey>> = {
  local: () => openRootKey(`local:${join(bed.directory, 'a.key')}`, { dataDir: directory }),
  passphrase: () =>
    openRootKey(`passphrase:${at('p.key')}`, {
      dataDir: directory,
      rootPassphrase: new Secret(Buffer.from(PASSPHRASE)),
    }),
  async shamir() {
    const collector = new ShareCollector(readShamirMethod(await sealMethodOf(at('s.key'))));
    const [seal] = shares.slice(0, 2).flatMap((share) => collector.add(share) ?? []);
    const uri = `shamir:${at('s.key')}`;
    return openRootKey(uri, { dataDir: directory, unsealed: new Map(seal && [[uri, seal]]) });
  },
  pkcs11: () => openRootKey(hsm.uri(TOKEN), { dataDir: directory, pkcs11Pin: new Secret(Buffer.from(PIN)) }),
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-between-'));
  bed = await RootBed.make(1);
  await createRootKey(at('p.key'), { kind: 'passphrase', passphrase: PASSPHRASE });
  ({ shares = [] } = await createRootKey(at('s.key'), { kind: 'shares', threshold: 2, shares: 3 }));
  if (SoftHsm.missing !== undefined) return;
  hsm.token(TOKEN);
  await createRootKeyInToken(hsm.uri(TOKEN), PIN);
});
afterAll(async () => {
  await bed.close();
  await rm(directory, { recursive: true, force: true });
});

const WAYS = [
  ['local', 'passphrase'],
  ['passphrase', 'shamir'],
  ['shamir', 'pkcs11'],
  ['pkcs11', 'local'],
] as const;
const here = WAYS.filter((way) => SoftHsm.missing === undefined || !way.includes('pkcs11' as never));

it.each(here)('an install moves from %s to %s, and rotates there', async (from, to) => {
  const [current, next] = [await providers[from]?.(), await providers[to]?.()];
  if (!current || !next) throw new Error('no such provider');
  const node = await bed.start({ current, next });
  const migrate = async () => (await node.kms.change(migrateRoot, {}, await node.operator())).output;
  // On a busy machine an answer may come before the work is done.
  while ((await migrate()).migration?.phase !== 'done') await node.heartbeat.beat();
  const rotated = (await node.kms.change(rotateRoot, {}, await node.operator())).output;
  expect(rotated.rootId).toBe(next.id);
  await until(async () => (await node.kms.perform(describeRoot, {}, await node.auditor())).remaining === 0);
  expect(await bed.wrappings()).toEqual({ [`${bed.nameOf(next.id)}/${rotated.rootVersion}`]: 6 });
  expect(await node.unwrapAll(bed.sql)).toBe(6);
  await node.stop();
});
