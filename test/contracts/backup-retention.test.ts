import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { LaterLog } from '../../src/admin/later-log.js';
import { makeBackup } from '../../src/admin/make-backup.js';
import { restoreBackup } from '../../src/admin/restore-backup.js';
import { rootOf } from '../../src/audit/log/tree-tip.js';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { dropOldRecords } from '../../src/operations/audit/drop-records.js';
import { readAudit } from '../../src/operations/audit/read-audit.js';
import { readCheckpoint, readRecord, readMinimumIndex } from '../../src/operations/audit/read-log.js';
import { decrypt } from '../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../src/operations/crypto/encrypt.js';
import { random } from '../../src/operations/crypto/random.js';
import { getSettings } from '../../src/operations/governance/get-settings.js';
import { updateSettings } from '../../src/operations/governance/update-settings.js';
import { createKey } from '../../src/operations/keys/create-key.js';
import { revokeKey } from '../../src/operations/keys/revoke-key.js';
import { Kms } from '../../src/operations/kms.js';
import { TestClock } from '../../src/operations/rotation/test-clock.js';
import { codeOf } from '../support/code-of.js';
import { logOf, OfflineInstall } from '../support/offline-install.js';

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const YEAR_AND_DAY_MS = 366 * 86_400_000;
/** A whole bundle, which is what is dropped. */
const DROPPED = 256;

let install: OfflineInstall;
/** From before the first records were dropped, and from after it. */
let early: Buffer;
let late: Buffer;
/** An export from after it. */
let log: LaterLog;
const ciphertexts = new Map<string, Buffer>();

async function backUp(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const readers = { recipients: [recipient] };
  await makeBackup(
    install.env,
    { token: install.tokenOf('operator'), approval: undefined, readers, release: '0' },
    (lines) => lines,
    async (bytes) => {
      for await (const piece of bytes) pieces.push(piece);
    },
  );
  return Buffer.concat(pieces);
}

const sourceOf = (bytes: Buffer) => ({ archive: Readable.from([bytes]), opener: { identities: [identity] } });

/** The schedule's work, as it will be in a year and a day. */
function dropWhatIsOld(): Promise<number> {
  return install.work(install.env, async (kms, as, deps) => {
    // What is not searchable and signed yet is not dropped.
    await kms.perform(readAudit, { limit: 1 }, await as('auditor'));
    await deps.log.checkpoint();
    const later = new TestClock(deps.clock);
    later.advance(YEAR_AND_DAY_MS);
    const then = { ...deps, engineClock: later };
    const engine = new Kms(then);
    return dropOldRecords(engine, then, engine.arriveAsSystem('system:lifecycle', uuidv7()), () => false);
  });
}

beforeAll(async () => {
  install = await OfflineInstall.make();
  await install.work(install.env, async (kms, as) => {
    const app = await as('crypto-user');
    for (const name of ['kept', 'revoked']) {
      await kms.change(createKey, { keyring: 'default', name }, await as('key-admin'));
      const plaintext = Buffer.from(`under ${name}`);
      ciphertexts.set(name, (await kms.perform(encrypt, { keyring: 'default', key: name, plaintext }, app)).ciphertext);
    }
    await kms.change(updateSettings, { auditRetention: { days: 365 } }, await as('administrator'));
  });
  early = await backUp();
  await install.work(install.env, async (kms, as) => {
    const app = await as('crypto-user');
    await Promise.all(Array.from({ length: DROPPED }, () => kms.perform(random, { bytes: 1 }, app)));
  });
  const { entries: before } = await install.log();
  const subtree = { hash: rootOf(before.slice(0, DROPPED).map(leafHash)), height: 8 };
  expect(await dropWhatIsOld()).toBe(DROPPED);
  late = await backUp();
  await install.work(install.env, async (kms, as) =>
    kms.change(revokeKey, { keyring: 'default', key: 'revoked', reason: 'compromised' }, await as('key-admin')),
  );
  const { note, entries } = await install.log();
  const known = logOf([...before.slice(0, DROPPED), ...entries], [note]);
  const dropped = async function* () {
    yield subtree;
  };
  log = { ...known, source: { ...known.source, minimumIndex: DROPPED, dropped } };
});
afterAll(() => install.remove());

it('a backup of a log whose first records were dropped is restored, and what came later is done again', async () => {
  const env = await install.elsewhere();
  const report = await restoreBackup(env, sourceOf(late), log);
  expect(report).toMatchObject({ laterChanges: 1, reappliedKeys: 1, lost: {} });
  await install.work(env, async (kms, as) => {
    const [app, auditor] = [await as('crypto-user'), await as('auditor')];
    const open = (name: string) =>
      kms.perform(decrypt, { keyring: 'default', ciphertext: ciphertexts.get(name) ?? Buffer.alloc(0) }, app);
    expect((await open('kept')).plaintext.toString()).toBe('under kept');
    expect(await codeOf(open('revoked'))).toMatch(/^(key-disabled|version-revoked)$/);
    const { auditLog } = await kms.perform(getSettings, {}, auditor);
    expect(auditLog.retention).toMatchObject({ days: 365 });
    expect(await kms.perform(readMinimumIndex, {}, auditor)).toEqual({ minimumIndex: DROPPED });
    expect(await codeOf(kms.perform(readRecord, { index: 0 }, auditor))).toBe('records-dropped');
    expect(await kms.perform(readRecord, { index: DROPPED }, auditor)).toBeDefined();
    const checkpoint = openCheckpoint(
      await kms.perform(readCheckpoint, {}, auditor),
      readVerifierKey(report.verifierKey),
    );
    expect(checkpoint.size).toBeGreaterThan(DROPPED);
  });
});

it('records that came after the backup and were dropped are missed: without them only by --without-log', async () => {
  const env = await install.elsewhere();
  await expect(restoreBackup(env, sourceOf(early), log)).rejects.toThrow(
    /the log has no records \d+ to 255: what they changed cannot be done again/,
  );
  expect(await restoreBackup(env, sourceOf(early), undefined)).toMatchObject({ keyrings: 1, reappliedKeys: 0 });
});
