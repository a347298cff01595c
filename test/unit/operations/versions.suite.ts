import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wrapVersion } from '../../../src/operations/keys/generate-version.js';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import { createKey, type CreateKeyInput } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { enableKey } from '../../../src/operations/keys/enable-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import type { ChangeOperation } from '../../../src/operations/operation.js';
import type { ResolvedKey } from '../../../src/operations/keys/get-key.js';
import type { VersionChanged, VersionInput } from '../../../src/operations/versions/change-version-state.js';
import { destroyVersion } from '../../../src/operations/versions/destroy-version.js';
import { disableVersion } from '../../../src/operations/versions/disable-version.js';
import { enableVersion } from '../../../src/operations/versions/enable-version.js';
import { listVersions } from '../../../src/operations/versions/list-versions.js';
import { restoreVersion } from '../../../src/operations/versions/restore-version.js';
import { retireVersion } from '../../../src/operations/versions/retire-version.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import type { RevocationReason } from '../../../src/keys/version-states.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const on = (key: string) => ({ keyring: 'default', key });

/** What may be done with versions, on whatever they are stored in. */
export function versionsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`versions, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin', { keyring: bed.keyringId });
    });
    afterAll(() => bed.dispose());

    const create = async (input: Omit<CreateKeyInput, 'keyring'> = {}) =>
      (await bed.kms.change(createKey, { keyring: 'default', ...input }, admin)).output.id;
    const rotated = async (input: Omit<CreateKeyInput, 'keyring'> = {}) => {
      const key = await create(input);
      await bed.kms.change(rotateKey, on(key), admin);
      return key;
    };
    const act = async (
      operation: ChangeOperation<VersionInput, ResolvedKey, VersionChanged>,
      key: string,
      version: number,
    ) => (await bed.kms.change(operation, { ...on(key), version }, admin)).output;
    const revoke = async (key: string, version: number, reason: RevocationReason = 'compromised') =>
      (await bed.kms.change(revokeVersion, { ...on(key), version, reason }, admin)).output;
    const get = (key: string) => bed.kms.perform(getKey, on(key), admin);
    const stored = async (key: string) => (await bed.deps.ledger.findKey(bed.keyringId, key))!;

    it('go through the table of states, with the time of each change', async () => {
      const key = await rotated();
      const steps = [
        [retireVersion, 'retired'],
        [restoreVersion, 'active'],
        [disableVersion, 'disabled'],
        [enableVersion, 'active'],
      ] as const;
      for (const [operation, state] of steps) {
        bed.clock.advance(1);
        expect(await act(operation, key, 1)).toEqual({
          version: 1,
          primary: false,
          state,
          reason: null,
          createdAt: expect.any(Date),
          changedAt: new Date(bed.clock.now()),
          hasPublicKey: false,
          keyId: key,
          primaryVersion: 2,
        });
        expect((await stored(key)).versions[0]?.state).toBe(state);
      }
      expect(await codeOf(act(restoreVersion, key, 1))).toBe('invalid-transition');
    });

    it('stay as they are while they are the primary', async () => {
      const key = await create();
      for (const operation of [retireVersion, disableVersion, destroyVersion]) {
        expect(await codeOf(act(operation, key, 1))).toBe('invalid-transition');
      }
      expect(await get(key)).toMatchObject({ primaryVersion: 1, state: 'enabled' });
    });

    it('are asked for by their number', async () => {
      const key = await create();
      for (const version of [0, 2, -1, 1.5]) {
        expect(await codeOf(act(retireVersion, key, version))).toBe('version-not-found');
        expect(await codeOf(revoke(key, version))).toBe('version-not-found');
      }
      const empty = await create({ origin: 'imported' });
      await expect(act(retireVersion, empty, 1)).rejects.toThrow(/it has none yet/);
    });

    it('lose their material when they are destroyed, and nothing else', async () => {
      const key = await rotated({ spec: 'ed25519' });
      await act(retireVersion, key, 1);
      expect(await act(destroyVersion, key, 1)).toMatchObject({ state: 'destroyed', hasPublicKey: true });
      const { versions } = await stored(key);
      expect(versions[0]).toMatchObject({ state: 'destroyed', material: null });
      expect(versions[1]?.material).toBeInstanceOf(Buffer);
      expect(await codeOf(act(restoreVersion, key, 1))).toBe('invalid-transition');
      expect(await get(key)).toMatchObject({ versionCount: 2, primaryVersion: 2 });
    });

    it('are revoked for good, with a reason', async () => {
      const key = await rotated();
      expect(await revoke(key, 1, 'superseded')).toMatchObject({
        state: 'revoked',
        reason: 'superseded',
        primaryVersion: 2,
      });
      expect((await stored(key)).versions[0]).toMatchObject({ state: 'revoked', reason: 'superseded' });
      expect(await codeOf(act(enableVersion, key, 1))).toBe('invalid-transition');
      expect(await codeOf(revoke(key, 1))).toBe('invalid-transition');
      const [record] = await bed.deps.journal.query({ key, operation: 'version.revoke', outcome: 'success', limit: 1 });
      expect(record).toMatchObject({ version: 1, detail: { reason: 'superseded', from: 'active' } });
    });

    it('are replaced at once when the primary is revoked', async () => {
      const key = await create({ spec: 'ecc-p256', usage: 'sign-verify' });
      const before = (await stored(key)).versions[0]!;
      expect(await revoke(key, 1)).toMatchObject({ version: 1, primary: false, state: 'revoked', primaryVersion: 2 });
      const { key: row, versions } = await stored(key);
      expect(row).toMatchObject({ state: 'enabled', primaryVersion: 2, versionCount: 2 });
      expect(versions.map(({ state }) => state)).toEqual(['revoked', 'active']);
      expect(versions[1]?.publicKey).not.toEqual(before.publicKey);
      const records = await bed.deps.journal.query({ key, limit: 100 });
      expect(records.filter(({ outcome }) => outcome === 'success').map(({ operation }) => operation)).toEqual([
        'version.revoke',
        'key.create',
      ]);
    });

    it('are replaced also while the key is disabled, which it stays', async () => {
      const key = await create();
      await bed.kms.change(disableKey, on(key), admin);
      await revoke(key, 1);
      expect(await get(key)).toMatchObject({ state: 'disabled', primaryVersion: 2 });
      expect((await bed.kms.change(enableKey, on(key), admin)).output.state).toBe('enabled');
    });

    it('cannot be replaced where the material was imported: the key is disabled, and cannot be enabled', async () => {
      const key = await create({ origin: 'imported', spec: 'hmac-sha-256' });
      const { deps } = bed;
      const { key: row } = await stored(key);
      const version = await wrapVersion(
        deps,
        row,
        1,
        1,
        await algorithmFor('hmac-sha-256').accept(Buffer.alloc(32, 7)),
      );
      await deps.ledger.change([bed.keyringId], async (change) =>
        change.putKey({ ...row, state: 'enabled', primaryVersion: 1 }, [version]),
      );
      expect(await codeOf(bed.kms.change(rotateKey, on(key), admin))).toBe('invalid-transition');
      expect(await revoke(key, 1)).toMatchObject({ state: 'revoked', primaryVersion: 1 });
      expect(await get(key)).toMatchObject({ state: 'disabled', primaryVersion: 1, versionCount: 1 });
      expect(await codeOf(bed.kms.change(enableKey, on(key), admin))).toBe('invalid-transition');
    });

    it('are listed newest first, page by page', async () => {
      const key = await rotated();
      await bed.kms.change(rotateKey, on(key), admin);
      const first = await bed.kms.perform(listVersions, { ...on(key), limit: 2 }, admin);
      expect(first.items.map(({ version }) => version)).toEqual([3, 2]);
      const rest = await bed.kms.perform(listVersions, { ...on(key), limit: 2, cursor: first.nextCursor! }, admin);
      expect(rest.items.map(({ version }) => version)).toEqual([1]);
      expect(rest.nextCursor).toBeNull();
      expect(await codeOf(bed.kms.perform(listVersions, { ...on(key), cursor: 'bm8' }, admin))).toBe('invalid-request');
    });

    it('are changed by key-admins only', async () => {
      const key = await rotated();
      const user = await bed.arriveAs('crypto-user');
      for (const operation of [retireVersion, disableVersion, destroyVersion]) {
        expect(await codeOf(bed.kms.change(operation, { ...on(key), version: 1 }, user))).toBe('permission-denied');
      }
      const input = { ...on(key), version: 1, reason: 'ceased' } as const;
      expect(await codeOf(bed.kms.change(revokeVersion, input, user))).toBe('permission-denied');
    });
  });
}
