import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { makeBackup } from '../../src/admin/make-backup.js';
import { restoreBackup } from '../../src/admin/restore-backup.js';
import { verifyBackup } from '../../src/admin/verify-backup.js';
import { createKeyring } from '../../src/operations/keyrings/create-keyring.js';
import { destroyKeyring } from '../../src/operations/keyrings/destroy-keyring.js';
import { decrypt } from '../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../src/operations/crypto/encrypt.js';
import { createKey } from '../../src/operations/keys/create-key.js';
import { disableKey } from '../../src/operations/keys/disable-key.js';
import { revokeKey } from '../../src/operations/keys/revoke-key.js';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { readCheckpoint } from '../../src/operations/audit/read-log.js';
import { readAudit } from '../../src/operations/audit/read-audit.js';
import { codeOf } from '../support/code-of.js';
import { logOf, OfflineInstall, type Environment } from '../support/offline-install.js';

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const opener = { identities: [identity] };
const plaintext = Buffer.from('what must be readable again');

let install: OfflineInstall;
let archive: Buffer;
let log: Awaited<ReturnType<OfflineInstall['log']>>;
const ciphertexts = new Map<string, { readonly keyring: string; readonly ciphertext: Buffer }>();

async function backUp(env: Environment, token: string | undefined, readers = { recipients: [recipient] }) {
  const pieces: Buffer[] = [];
  const request = { token, approval: undefined, readers, release: '0' };
  const report = await makeBackup(
    env,
    request,
    (lines) => lines,
    async (bytes) => {
      for await (const piece of bytes) pieces.push(piece);
    },
  );
  return { report, archive: Buffer.concat(pieces) };
}

/** What became of the ciphertexts: their plaintext, or the code. */
async function opened(env: Environment): Promise<Readonly<Record<string, string>>> {
  return install.work(env, async (kms, as) => {
    const app = await as('crypto-user');
    const found: Record<string, string> = {};
    for (const [name, { keyring, ciphertext }] of ciphertexts) {
      found[name] = await kms.perform(decrypt, { keyring, ciphertext }, app).then(
        (done) => done.plaintext.toString(),
        (error: { code: string }) => error.code,
      );
    }
    return found;
  });
}

const sourceOf = (bytes: Buffer) => ({ archive: Readable.from([bytes]), opener });

beforeAll(async () => {
  install = await OfflineInstall.make();
  await install.work(install.env, async (kms, as) => {
    const keyAdmin = await as('key-admin');
    const app = await as('crypto-user');
    await kms.change(createKeyring, { name: 'doomed' }, await as('administrator'));
    for (const [keyring, name] of [
      ['default', 'kept'],
      ['default', 'disabled'],
      ['default', 'revoked'],
      ['doomed', 'shredded'],
    ] as const) {
      await kms.change(createKey, { keyring, name }, keyAdmin);
      const { ciphertext } = await kms.perform(encrypt, { keyring, key: name, plaintext }, app);
      ciphertexts.set(name, { keyring, ciphertext });
    }
    for (const [name, spec, usage] of [
      ['signer', 'ed25519', 'sign-verify'],
      ['agreement', 'x25519', 'key-agreement'],
      ['mac', 'hmac-sha-256', 'generate-verify-mac'],
    ] as const) {
      await kms.change(createKey, { keyring: 'default', name, spec, usage }, keyAdmin);
    }
  });
  ({ archive } = await backUp(install.env, install.tokenOf('operator')));
  await install.work(install.env, async (kms, as) => {
    const keyAdmin = await as('key-admin');
    await kms.change(disableKey, { keyring: 'default', key: 'disabled' }, keyAdmin);
    await kms.change(revokeKey, { keyring: 'default', key: 'revoked', reason: 'compromised' }, keyAdmin);
    await kms.change(disableKey, { keyring: 'doomed', key: 'shredded' }, keyAdmin);
    await kms.change(createKey, { keyring: 'default', name: 'later' }, keyAdmin);
    await kms.change(destroyKeyring, { keyring: 'doomed' }, await as('administrator'));
  });
  log = await install.log();
});
afterAll(() => install.remove());

it('puts everything back, and what was destroyed or revoked later is refused as before', async () => {
  const env = await install.elsewhere();
  const report = await restoreBackup(env, sourceOf(archive), log);
  expect(report).toMatchObject({ reappliedKeys: 3, lost: { 'key.create': 1 } });
  expect(report.origin).toMatch(/\/audit\/2$/);
  await install.work(env, async (kms, as) => {
    const app = await as('crypto-user');
    const open = async (name: string) => {
      const { keyring, ciphertext } = ciphertexts.get(name) ?? { keyring: '', ciphertext: Buffer.alloc(0) };
      return (await kms.perform(decrypt, { keyring, ciphertext }, app)).plaintext.toString();
    };
    expect(await open('kept')).toBe(plaintext.toString());
    expect(await codeOf(open('disabled'))).toBe('key-disabled');
    expect(await codeOf(open('revoked'))).toMatch(/^(key-disabled|version-revoked)$/);
    expect(await codeOf(open('shredded'))).toBe('keyring-destroyed');
    const records = await kms.perform(readAudit, { operation: 'backup.restore', limit: 10 }, await as('auditor'));
    expect(JSON.stringify(records)).toContain(report.backup);
    // It goes on being signed, by the new key.
    const checkpoint = await kms.perform(readCheckpoint, {}, await as('auditor'));
    expect(openCheckpoint(checkpoint, readVerifierKey(report.verifierKey)).size).toBeGreaterThan(0);
  });
  expect(await codeOf(restoreBackup(env, sourceOf(archive), log))).toBe('conflict');
});

it('and is still refused after a second restore of the same backup, by the log that the first one went on with', async () => {
  const first = await install.elsewhere();
  await restoreBackup(first, sourceOf(archive), log);
  const before = await opened(first);
  const second = await install.elsewhere();
  const report = await restoreBackup(second, sourceOf(archive), await install.log(first));
  expect(report).toMatchObject({ reappliedKeys: 3, lost: {} });
  expect(await opened(second)).toEqual(before);
});

it('refuses a log that ends before what this node signed last, unless it is said that its end is lost', async () => {
  await install.work(install.env, async (kms, as) =>
    kms.change(createKey, { keyring: 'default', name: 'lost' }, await as('key-admin')),
  );
  const { entries } = await install.log();
  const env = await install.elsewhere();
  for (const name of ['audit-signer.json', 'audit-checkpoint']) {
    await cp(join(install.env['KEYSTEAD_DATA_DIR'] ?? '', name), join(env['KEYSTEAD_DATA_DIR'] ?? '', name));
  }
  await expect(restoreBackup(env, sourceOf(archive), log)).rejects.toThrow('--log-ends-early');
  const report = await restoreBackup(env, sourceOf(archive), { ...log, endsEarly: true });
  expect(report).toMatchObject({ reappliedKeys: 3, lostRecords: entries.length - log.entries.length });
});

describe('is refused, and leaves the database empty', () => {
  let env: Environment;
  beforeAll(async () => {
    env = await install.elsewhere();
  });
  const restore = (bytes: Buffer, later = log as Parameters<typeof restoreBackup>[2]) =>
    restoreBackup(env, sourceOf(bytes), later);

  it('for what was cut off, changed or is no backup', async () => {
    const changed = Buffer.from(archive);
    changed.writeUInt8(changed.readUInt8(archive.length - 100) ^ 1, archive.length - 100);
    for (const bytes of [archive.subarray(0, archive.length - 1), changed, archive.subarray(0, 500), plaintext]) {
      expect(await codeOf(restore(bytes))).toBe('invalid-backup');
    }
  });

  it('for another identity', async () => {
    const other = { archive: Readable.from([archive]), opener: { identities: [await generateX25519Identity()] } };
    expect(await codeOf(restoreBackup(env, other, log))).toBe('invalid-backup');
  });

  it('for a log that is older than the backup, that was cut off, or that nobody vouches for', async () => {
    const { entries, note } = log;
    await expect(restore(archive, logOf(entries.slice(0, 5), []))).rejects.toThrow('removed, or an older state');
    await expect(restore(archive, logOf(entries.slice(0, -2), [note]))).rejects.toThrow('removed, or an older state');
    await expect(restore(archive, logOf(entries, []))).rejects.toThrow('no checkpoint vouches');
    const changed = entries.map((entry, at) => (at === entries.length - 1 ? Buffer.from('{}') : entry));
    await expect(restore(archive, logOf(changed, [note]))).rejects.toThrow('not what was signed');
  });

  it('and is taken where all is right', async () => {
    expect(await restore(archive)).toMatchObject({ reappliedKeys: 3 });
  });
});

it('is made by nobody without the right, and says on record who made it for whom', async () => {
  expect(await codeOf(backUp(install.env, install.tokenOf('administrator')))).toBe('permission-denied');
  expect(await codeOf(backUp(install.env, undefined))).toBe('unauthenticated');
  const text = archive.toString('latin1');
  expect(text).not.toContain('doomed');
  const records = await install.work(install.env, async (kms, as) =>
    kms.perform(readAudit, { operation: 'backup.create', limit: 10 }, await as('auditor')),
  );
  expect(JSON.stringify(records)).toContain(recipient);
});

it('opens a sample of every key in a drill', async () => {
  const drill = await verifyBackup(install.env, sourceOf(archive));
  const failures = drill.keys.flatMap(({ versions }) => versions.filter(({ failure }) => failure !== null));
  expect({ keys: drill.keys.length, failures }).toEqual({ keys: 7, failures: [] });
});
