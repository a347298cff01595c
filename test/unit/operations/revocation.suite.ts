import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRole } from '../../../src/operations/access/create-role.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { jwks } from '../../../src/operations/crypto/jwks.js';
import { reEncrypt } from '../../../src/operations/crypto/re-encrypt.js';
import { sign } from '../../../src/operations/crypto/sign.js';
import { verify } from '../../../src/operations/crypto/verify.js';
import { createKey, type CreateKeyInput } from '../../../src/operations/keys/create-key.js';
import { enableKey } from '../../../src/operations/keys/enable-key.js';
import { revokeKey } from '../../../src/operations/keys/revoke-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { destroyVersion } from '../../../src/operations/versions/destroy-version.js';
import { listVersions } from '../../../src/operations/versions/list-versions.js';
import { retireVersion } from '../../../src/operations/versions/retire-version.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import { getVersionUsage } from '../../../src/operations/versions/version-usage.js';
import { codeOf } from '../../support/code-of.js';
import { approvalOf, Governed } from '../../support/governed.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;
const PLAINTEXT = Buffer.from('card 4711');
const READABLE = { revoke: { compromised: 'decrypt-only' } };

interface On {
  readonly keyring: string;
  readonly key: string;
}

/** Revoking keys and versions, and whether they are still needed, on whatever they are stored in. */
export function revocationSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`revocation, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;
    let rescuer: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
      const administrator = await bed.arriveAs('administrator');
      const permissions = ['encrypt', 'decrypt', 're-encrypt', 'decrypt.compromised'];
      await bed.kms.change(createRole, { name: 'rescuer', permissions }, administrator);
      rescuer = await bed.arriveAs('rescuer');
    });
    afterAll(() => bed.dispose());

    const create = async (input: Partial<CreateKeyInput> = {}): Promise<On> => {
      const { output } = await bed.kms.change(createKey, { keyring: 'default', ...input }, admin);
      return { keyring: input.keyring ?? 'default', key: output.id };
    };
    const seal = async (key: On) => (await bed.kms.perform(encrypt, { ...key, plaintext: PLAINTEXT }, app)).ciphertext;
    const open = (ciphertext: Buffer, by: Arrival, keyring = 'default') =>
      bed.kms.perform(decrypt, { keyring, ciphertext }, by);
    const revoke = (key: On, version: number, reason: 'compromised' | 'superseded' = 'compromised') =>
      bed.kms.change(revokeVersion, { ...key, version, reason }, admin);
    const usageOf = (key: On, version: number) => bed.kms.perform(getVersionUsage, { ...key, version }, admin);
    const statesOf = async (key: On) =>
      (await bed.kms.perform(listVersions, key, admin)).items.map(({ state, reason }) => [state, reason]);

    describe('of a whole key', () => {
      it('ends all its versions and disables it', async () => {
        const key = await create();
        const sealed = await seal(key);
        await bed.kms.change(rotateKey, key, admin);
        const { output } = await bed.kms.change(revokeKey, { ...key, reason: 'ceased' }, admin);
        expect(output.state).toBe('disabled');
        expect(await statesOf(key)).toEqual([
          ['revoked', 'ceased'],
          ['revoked', 'ceased'],
        ]);
        expect(await codeOf(open(sealed, app))).toBe('key-disabled');
        expect(await codeOf(bed.kms.change(enableKey, key, admin))).toBe('invalid-transition');
        const [record] = await bed.deps.journal.query({ key: key.key, operation: 'key.revoke', limit: 1 });
        expect(record?.detail).toMatchObject({ reason: 'ceased', versions: [1, 2], from: 'enabled', to: 'disabled' });
      });

      it('goes on with a new version where that is asked for', async () => {
        const key = await create();
        const sealed = await seal(key);
        const input = { ...key, reason: 'compromised', replace: true } as const;
        const { output } = await bed.kms.change(revokeKey, input, admin);
        expect(output).toMatchObject({ state: 'enabled', primaryVersion: 2, versionCount: 2 });
        expect(await codeOf(open(sealed, app))).toBe('version-revoked');
        expect((await open(await seal(key), app)).plaintext).toEqual(PLAINTEXT);
      });

      it('can be taken up again with a new version; what is compromised stays so', async () => {
        const key = await create();
        const sealed = await seal(key);
        await bed.kms.change(setKeyPolicy, { ...key, policy: READABLE }, admin);
        await bed.kms.change(revokeKey, { ...key, reason: 'compromised' }, admin);
        expect(await codeOf(open(sealed, rescuer))).toBe('key-disabled');
        await expect(bed.kms.change(enableKey, key, admin)).rejects.toMatchObject({
          detail: expect.stringContaining('revoke the key with replace'),
        });
        const input = { ...key, reason: 'compromised', replace: true } as const;
        expect((await bed.kms.change(revokeKey, input, admin)).output).toMatchObject({ state: 'disabled' });
        await bed.kms.change(enableKey, key, admin);
        expect(await codeOf(open(sealed, app))).toBe('version-revoked');
        expect(await open(sealed, rescuer)).toMatchObject({ plaintext: PLAINTEXT, authentic: false });
        expect((await open(await seal(key), app)).version).toBe(2);
      });

      it('needs a reason of the list, and a key that has material', async () => {
        const key = await create();
        const wrong = { ...key, reason: 'bored' as 'ceased' };
        expect(await codeOf(bed.kms.change(revokeKey, wrong, admin))).toBe('invalid-request');
        const empty = await create({ origin: 'imported' });
        expect(await codeOf(bed.kms.change(revokeKey, { ...empty, reason: 'ceased' }, admin))).toBe(
          'invalid-transition',
        );
        expect(await codeOf(bed.kms.change(revokeKey, { ...key, reason: 'ceased' }, app))).toBe('permission-denied');
      });
    });

    describe('of a compromised version', () => {
      it('blocks everybody, unless the policy says otherwise', async () => {
        const key = await create();
        const sealed = await seal(key);
        await revoke(key, 1);
        for (const caller of [app, rescuer]) expect(await codeOf(open(sealed, caller))).toBe('version-revoked');
      });

      it('lets those decrypt who may, under such a policy, and says that nothing is authentic any more', async () => {
        const key = await create();
        const sealed = await seal(key);
        await bed.kms.change(setKeyPolicy, { ...key, policy: READABLE }, admin);
        await revoke(key, 1);
        expect(await codeOf(open(sealed, app))).toBe('version-revoked');
        expect(await open(sealed, rescuer)).toMatchObject({ plaintext: PLAINTEXT, version: 1, authentic: false });
        const [record] = await bed.deps.journal.query({ key: key.key, operation: 'decrypt', limit: 1 });
        expect(record).toMatchObject({ version: 1, outcome: 'success', detail: { authentic: false } });
        expect(await codeOf(bed.kms.perform(reEncrypt, { ...key, ciphertext: sealed }, app))).toBe('version-revoked');
        const moved = await bed.kms.perform(reEncrypt, { ...key, ciphertext: sealed }, rescuer);
        expect(moved).toMatchObject({ version: 2, sourceVersion: 1, authentic: false });
        const fresh = await open(moved.ciphertext, app);
        expect(fresh).toEqual({ plaintext: PLAINTEXT, keyId: key.key, version: 2 });
      });

      it('is no way around any other revocation, nor for what is not a decryption', async () => {
        const key = await create();
        const sealed = await seal(key);
        await bed.kms.change(setKeyPolicy, { ...key, policy: READABLE }, admin);
        await revoke(key, 1, 'superseded');
        expect(await codeOf(open(sealed, rescuer))).toBe('version-revoked');
        const named = { ...key, plaintext: PLAINTEXT, version: 1 };
        expect(await codeOf(bed.kms.perform(encrypt, named, rescuer))).toBe('version-revoked');
      });
    });

    it('of a signing version leaves nothing that it signed valid, and leaves the JWKS at once', async () => {
      const key = await create({ spec: 'ed25519', published: true });
      const { signature } = await bed.kms.perform(sign, { ...key, message: PLAINTEXT }, app);
      const check = (version?: number) =>
        bed.kms.perform(verify, { ...key, message: PLAINTEXT, signature, ...(version && { version }) }, app);
      expect(await check()).toEqual({ valid: true, version: 1, keyId: expect.any(String) });
      const published = async () => (await jwks(bed.deps, 'default')).keys.map(({ kid }) => kid);
      const before = await published();
      await revoke(key, 1);
      expect(await check()).toEqual({ valid: false });
      expect(await codeOf(check(1))).toBe('version-revoked');
      expect(await published()).not.toContain(before[0]);
    });

    describe('is a version still needed?', () => {
      it('is counted by kind, with bytes, the last time and the last caller', async () => {
        const key = await create();
        const sealed = await seal(key);
        await open(sealed, app);
        bed.clock.advance(DAY);
        const other = await bed.arriveAs('crypto-user');
        await open(sealed, other);
        expect(await usageOf(key, 1)).toEqual({
          keyId: key.key,
          version: 1,
          encryptions: 1,
          decryptions: 2,
          signatures: 0,
          verifications: 0,
          refused: 0,
          bytes: PLAINTEXT.length + 2 * sealed.length,
          lastUsedAt: new Date(bed.clock.now()),
          lastUsedBy: other.caller.id,
        });
        const before = await usageOf(key, 1);
        await bed.deps.usage.flush();
        expect(await usageOf(key, 1)).toEqual(before);
        await open(sealed, app);
        await bed.deps.usage.flush();
        expect(await usageOf(key, 1)).toMatchObject({ decryptions: 3, lastUsedBy: app.caller.id });
      });

      it('also by who asked for it in vain; not by who was refused for anything else', async () => {
        const key = await create();
        const sealed = await seal(key);
        await bed.kms.change(rotateKey, key, admin);
        await bed.kms.change(retireVersion, { ...key, version: 1 }, admin);
        expect(await codeOf(open(sealed, app))).toBe('version-retired');
        expect(await codeOf(open(sealed, admin))).toBe('permission-denied');
        expect(await usageOf(key, 1)).toMatchObject({ encryptions: 1, decryptions: 0, refused: 1 });
        expect(await usageOf(key, 2)).toMatchObject({ encryptions: 0, refused: 0, lastUsedAt: null, lastUsedBy: null });
        expect(await codeOf(usageOf(key, 3))).toBe('version-not-found');
      });

      it('and one that is, is not destroyed', async () => {
        const key = await create();
        const sealed = await seal(key);
        const policy = { retire: { after: '1d' }, destroy: { after: '30d' } };
        await bed.kms.change(setKeyPolicy, { ...key, policy }, admin);
        await bed.kms.change(rotateKey, key, admin);
        await bed.kms.change(retireVersion, { ...key, version: 1 }, admin);
        const destroy = (force = false) => bed.kms.change(destroyVersion, { ...key, version: 1, force }, admin);
        expect(await codeOf(destroy())).toBe('version-in-use');
        expect(await codeOf(destroy(true))).toBe('version-in-use');
        bed.clock.advance(30 * DAY);
        expect(await codeOf(open(sealed, app))).toBe('version-retired');
        expect(await codeOf(destroy())).toBe('version-in-use');
        bed.clock.advance(30 * DAY);
        expect((await destroy()).output.state).toBe('destroyed');
      });

      it('unless several people agree', async () => {
        const governed = await Governed.in(bed);
        const { id: keyring, approvers } = await governed.keyring(1);
        const asker = await governed.member('key-admin');
        const by = await asker.arrive();
        const key = { keyring, key: (await bed.kms.change(createKey, { keyring }, by)).output.id };
        await seal(key);
        await bed.kms.change(setKeyPolicy, { ...key, policy: { destroy: { after: '30d' } } }, by);
        await bed.kms.change(rotateKey, key, by);
        await bed.kms.change(retireVersion, { ...key, version: 1 }, by);
        const input = { ...key, version: 1, force: true };
        const approval = await approvalOf(bed.kms.change(destroyVersion, input, by));
        expect((await statesOf(key))[1]).toEqual(['retired', null]);
        await governed.approve(approval, ...approvers);
        await bed.kms.change(destroyVersion, input, await asker.arrive(approval));
        expect((await statesOf(key))[1]).toEqual(['destroyed', null]);
      });
    });
  });
}
