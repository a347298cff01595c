import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import { isKmsError, type KmsError } from '../../src/errors.js';
import type { RootKey } from '../../src/roots/root-key.js';

/** A root key of the provider under test, made new for each test. */
export interface RootUnderTest {
  readonly root: RootKey;
  /** The same key opened again, as another process would. */
  reopen(): Promise<RootKey>;
  /** Another key of the same provider. */
  other(): Promise<RootKey>;
  /** Takes the key away from under `root`: stops the server, removes the file. Undefined where that cannot be done. */
  readonly takeAway?: () => Promise<void>;
  dispose(): Promise<void>;
}

const context = Buffer.from('keyring:default:wrapping:1');

/** What every root provider must pass. */
export function rootKeyContract(name: string, makeRoot: () => Promise<RootUnderTest>): void {
  describe(`root key contract: ${name}`, () => {
    let under: RootUnderTest;
    let root: RootKey;
    beforeEach(async () => {
      under = await makeRoot();
      root = under.root;
    });
    afterEach(() => under.dispose());

    it('opens what it wrapped, in this process and in another', async () => {
      const key = new Secret(randomBytes(32));
      const wrapped = await root.wrap(key, context);
      expect(wrapped.rootId).toBe(root.id);
      expect(wrapped.rootVersion).toBe(await root.newestVersion());
      expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
      const again = await under.reopen();
      expect(again.id).toBe(root.id);
      expect((await again.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
      await again.close();
    });

    it('takes any bytes as context, none included', async () => {
      for (const bytes of [Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 0]), randomBytes(5000)]) {
        const key = new Secret(randomBytes(32));
        expect((await root.unwrap(await root.wrap(key, bytes), bytes)).bytes).toEqual(key.bytes);
      }
    });

    it('leaves the caller his key and his blob', async () => {
      const bytes = randomBytes(32);
      const key = new Secret(Buffer.from(bytes));
      const wrapped = await root.wrap(key, context);
      const blob = Buffer.from(wrapped.blob);
      (await root.unwrap(wrapped, context)).destroy();
      expect(key.bytes).toEqual(bytes);
      expect(wrapped.blob).toEqual(blob);
      expect((await root.unwrap(wrapped, context)).bytes).toEqual(bytes);
    });

    it('wraps the same key differently each time and never shows it', async () => {
      const key = new Secret(randomBytes(32));
      const first = await root.wrap(key, context);
      const second = await root.wrap(key, context);
      expect(first.blob.equals(second.blob)).toBe(false);
      for (const form of [
        key.bytes,
        Buffer.from(key.bytes.toString('base64')),
        Buffer.from(key.bytes.toString('hex')),
      ]) {
        expect(first.blob.includes(form)).toBe(false);
      }
    });

    it('refuses another context', async () => {
      const wrapped = await root.wrap(new Secret(randomBytes(32)), context);
      for (const wrong of [
        Buffer.from('keyring:default:wrapping:2'),
        Buffer.alloc(0),
        Buffer.concat([context, Buffer.alloc(1)]),
      ]) {
        expect(await failure(root.unwrap(wrapped, wrong))).toMatchObject({ code: 'wrong-root-key' });
      }
    });

    it('refuses a blob that was changed, cut or extended anywhere', async () => {
      const wrapped = await root.wrap(new Secret(randomBytes(32)), context);
      const changed = [0, 1, 30, wrapped.blob.length >> 1, wrapped.blob.length - 4].map((place) => {
        const blob = Buffer.from(wrapped.blob);
        // In base64 this exchanges one letter for another, so that the blob stays well formed.
        blob[place] = blob[place] === 0x41 ? 0x42 : 0x41;
        return blob;
      });
      const cut = [Buffer.alloc(0), wrapped.blob.subarray(0, 20), wrapped.blob.subarray(0, -4)];
      for (const blob of [...changed, ...cut, Buffer.concat([wrapped.blob, Buffer.from('AAAA')])]) {
        expect(await failure(root.unwrap({ ...wrapped, blob }, context))).toMatchObject({ code: 'wrong-root-key' });
      }
    });

    it('refuses a wrapping under a false version', async () => {
      const wrapped = await root.wrap(new Secret(randomBytes(32)), context);
      await root.rotate();
      for (const rootVersion of [wrapped.rootVersion + 1, wrapped.rootVersion + 5, 0, -1, 1.5]) {
        expect(await failure(root.unwrap({ ...wrapped, rootVersion }, context))).toMatchObject({
          code: 'wrong-root-key',
        });
      }
    });

    it('refuses the wrapping of another root, also one that claims to be its own', async () => {
      const other = await under.other();
      const wrapped = await other.wrap(new Secret(randomBytes(32)), context);
      expect(other.id).not.toBe(root.id);
      expect(await failure(root.unwrap(wrapped, context))).toMatchObject({ code: 'wrong-root-key' });
      const forged = { ...wrapped, rootId: root.id };
      expect(await failure(root.unwrap(forged, context))).toMatchObject({ code: 'wrong-root-key' });
      await other.close();
    });

    it('refuses keys that are not 32 bytes', async () => {
      for (const length of [0, 16, 31, 33, 64]) {
        const key = new Secret(randomBytes(length));
        expect(await failure(root.wrap(key, context))).toMatchObject({ code: 'invalid-key-material' });
      }
    });

    it('rotates: new wraps under the new version, old ones still open, a second process follows', async () => {
      const second = await under.reopen();
      const old = new Secret(randomBytes(32));
      const wrappedOld = await root.wrap(old, context);
      const version = await root.rotate();
      expect(version).toBe(wrappedOld.rootVersion + 1);
      expect(await root.newestVersion()).toBe(version);
      const recent = new Secret(randomBytes(32));
      const wrappedRecent = await root.wrap(recent, context);
      expect(wrappedRecent.rootVersion).toBe(version);
      for (const reader of [root, second]) {
        expect((await reader.unwrap(wrappedOld, context)).bytes).toEqual(old.bytes);
        expect((await reader.unwrap(wrappedRecent, context)).bytes).toEqual(recent.bytes);
      }
      expect((await second.wrap(recent, context)).rootVersion).toBe(version);
      expect(await second.newestVersion()).toBe(version);
      await second.close();
    });

    it('keeps every version of rotations at the same time', async () => {
      const second = await under.reopen();
      const before = await root.newestVersion();
      await Promise.all([root.rotate(), second.rotate(), root.rotate(), second.rotate()]);
      expect(await root.newestVersion()).toBe(before + 4);
      expect(await second.newestVersion()).toBe(before + 4);
      await second.close();
    });

    it('passes its check, and names neither key nor credential when printed', async () => {
      await expect(root.check()).resolves.toBeUndefined();
      expect(inspect(root, { depth: 9, showHidden: true })).not.toMatch(/[0-9a-f]{64}|hvs\.|X-Vault-Token/i);
      expect(JSON.stringify(root)).toBe(JSON.stringify({ id: root.id }));
      expect(root.id).not.toMatch(/[/.]key$|127\.0\.0\.1|localhost/);
    });

    it('serves nothing after close, which may be called twice', async () => {
      const wrapped = await root.wrap(new Secret(randomBytes(32)), context);
      await root.close();
      await root.close();
      const key = new Secret(randomBytes(32));
      for (const call of [root.wrap(key, context), root.unwrap(wrapped, context), root.rotate(), root.check()]) {
        expect(await failure(call)).toMatchObject({ code: 'shutting-down' });
      }
    });

    it('says root-unavailable and what to do when it is taken away', async () => {
      const { takeAway } = under;
      if (!takeAway) return;
      const key = new Secret(randomBytes(32));
      const wrapped = await root.wrap(key, context);
      await takeAway();
      for (const call of [root.wrap(key, context), root.unwrap(wrapped, context), root.newestVersion(), root.check()]) {
        const error = await failure(call);
        expect(error).toMatchObject({ code: 'root-unavailable' });
        expect(error.detail).toMatch(/[.] [A-Z]/);
        mustNotShow(error, key);
      }
    });
  });
}

/** The KmsError that `call` fails with. */
export async function failure(call: Promise<unknown>): Promise<KmsError> {
  try {
    await call;
  } catch (error) {
    if (isKmsError(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal, and there was none');
}

/** Neither the error nor anything it refers to shows the secrets, in any usual encoding. */
export function mustNotShow(error: unknown, ...secrets: Secret[]): void {
  const shown = inspect(error, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null });
  for (const { bytes } of secrets) {
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
      // Of 32 bytes the first 30, so that base64 of something longer that begins with them is found too.
      expect(shown).not.toContain(bytes.subarray(0, bytes.length - (bytes.length % 3)).toString(encoding));
    }
  }
}
