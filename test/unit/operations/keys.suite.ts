import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKey, type CreateKeyInput } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { listKeys, type ListKeysInput } from '../../../src/operations/keys/list-keys.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { updateKey } from '../../../src/operations/keys/update-key.js';
import { createAlias } from '../../../src/operations/aliases/create-alias.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { listVersions } from '../../../src/operations/versions/list-versions.js';
import type { TestBed } from '../../support/test-bed.js';
import { codeOf } from '../../support/code-of.js';

const DAY = 86_400_000;
const on = (key: { readonly id: string }) => ({ keyring: 'default', key: key.id });
let names = 0;
const freshName = (): string => `key-${++names}`;

/** What may be done with keys, on whatever they are stored in. */
export function keysSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`keys, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let user: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin', { keyring: bed.keyringId });
      user = await bed.arriveAs('crypto-user', { keyring: bed.keyringId });
    });
    afterAll(() => bed.dispose());

    const create = async (input: Omit<CreateKeyInput, 'keyring'> = {}, arrival = admin) =>
      (await bed.kms.change(createKey, { keyring: 'default', ...input }, arrival)).output;
    const get = (key: string, arrival = admin) => bed.kms.perform(getKey, { keyring: 'default', key }, arrival);
    const list = (input: Omit<ListKeysInput, 'keyring'>) =>
      bed.kms.perform(listKeys, { keyring: 'default', ...input }, admin);
    const disable = async (key: { readonly id: string }) => (await bed.kms.change(disableKey, on(key), admin)).output;
    const rotate = async (key: { readonly id: string }) => (await bed.kms.change(rotateKey, on(key), admin)).output;
    const recordsOf = async (key: string) =>
      (await bed.deps.journal.query({ key, limit: 100 })).map(({ operation, outcome }) => `${operation} ${outcome}`);

    describe('creating', () => {
      it('makes an XAES key that is enabled, by default', async () => {
        const key = await create();
        expect(key).toEqual({
          id: expect.any(String),
          keyring: bed.keyringId,
          name: null,
          description: '',
          spec: 'aes-256-xaes',
          usage: 'encrypt-decrypt',
          state: 'enabled',
          primaryVersion: 1,
          versionCount: 1,
          exportable: false,
          origin: 'generated',
          published: false,
          tags: {},
          notBefore: null,
          destroyAt: null,
          createdAt: new Date(bed.clock.now()),
          rotatedAt: null,
          materialExpiresAt: null,
          multiRegion: null,
        });
        expect(await get(key.id)).toEqual(key);
        expect(await recordsOf(key.id)).toEqual(['key.describe success', 'key.create success']);
      });

      it('keeps all that it is given', async () => {
        const given = {
          name: freshName(),
          spec: 'ed25519',
          description: 'signs',
          tags: { team: 'billing' },
          exportable: true,
          published: true,
        } as const;
        const key = await create(given);
        expect(key).toMatchObject({ ...given, usage: 'sign-verify' });
        expect(await get(given.name)).toEqual(key);
        const { items } = await bed.kms.perform(listVersions, on(key), admin);
        expect(items).toEqual([
          {
            version: 1,
            primary: true,
            state: 'active',
            reason: null,
            hasPublicKey: true,
            createdAt: key.createdAt,
            changedAt: key.createdAt,
          },
        ]);
      });

      it('never stores material in the clear, and stores what opens', async () => {
        const { id } = await create();
        const snapshot = await bed.deps.ledger.findKey(bed.keyringId, id);
        const loaded = await bed.deps.loaded.get(snapshot!, 1);
        expect(loaded.message).toBeDefined();
        expect(snapshot?.versions[0]?.material?.length).toBeGreaterThan(32);
      });

      it('asks for the usage where a spec has several, and refuses what a spec cannot do with a sentence', async () => {
        await expect(create({ spec: 'rsa-2048' })).rejects.toThrow(/usage: rsa-2048 can do .* or .*; say which/);
        await expect(create({ spec: 'ed25519', usage: 'encrypt-decrypt' })).rejects.toThrow(
          /unsupported-operation: usage: ed25519 cannot do encrypt-decrypt; it can do sign-verify/,
        );
        await expect(create({ spec: 'aes-256-gcm', published: true })).rejects.toThrow(
          /unsupported-operation: published/,
        );
      });

      it('refuses a name that a key or an alias has', async () => {
        const key = await create({ name: freshName() });
        const alias = freshName();
        await bed.kms.change(createAlias, { keyring: 'default', name: alias, key: key.id }, admin);
        expect(await codeOf(create({ name: key.name! }))).toBe('name-taken');
        expect(await codeOf(create({ name: alias }))).toBe('name-taken');
        expect(await codeOf(create({ name: key.id }))).toBe('invalid-request');
      });

      it('waits for its material where that is imported', async () => {
        const key = await create({ origin: 'imported' });
        expect(key).toMatchObject({ state: 'pending-import', primaryVersion: 0, versionCount: 0, origin: 'imported' });
        expect(await codeOf(rotate(key))).toBe('invalid-transition');
      });

      it('answers a repeat under an idempotency key with the same key, and refuses another body', async () => {
        const again = await bed.arriveAs('key-admin', { everything: true }, 'once');
        const input = { keyring: 'default', name: freshName() };
        const first = await bed.kms.change(createKey, input, again);
        const second = await bed.kms.change(createKey, input, again);
        expect(first.replayed).toBe(false);
        expect(second).toEqual({ output: first.output, replayed: true });
        expect(await codeOf(bed.kms.change(createKey, { ...input, description: 'x' }, again))).toBe(
          'idempotency-mismatch',
        );
      });

      it('is for those who may, and leaves a record of those who may not', async () => {
        expect(await codeOf(create({}, user))).toBe('permission-denied');
        const [record] = await bed.deps.journal.query({ caller: user.caller.id, limit: 1 });
        expect(record).toMatchObject({ operation: 'key.create', outcome: 'denied', code: 'permission-denied' });
      });
    });

    describe('finding', () => {
      it('answers 404 only to those who may describe keys all over the keyring', async () => {
        const key = await create();
        const oneKey = await bed.arriveAs('crypto-user', { keyring: bed.keyringId, key: key.id });
        expect(await get(key.id, oneKey)).toMatchObject({ id: key.id });
        expect(await codeOf(get('nothing', user))).toBe('key-not-found');
        expect(await codeOf(get('nothing', oneKey))).toBe('permission-denied');
        const stranger = await bed.arriveAs('operator');
        expect(await codeOf(get(key.id, stranger))).toBe('permission-denied');
        expect(await codeOf(get('nothing', stranger))).toBe('permission-denied');
      });

      it('lists newest first, page by page, and every key once', async () => {
        const tags = { page: 'this' };
        const made: string[] = [];
        for (let at = 0; at < 5; at++) made.unshift((await create({ tags })).id);
        const seen: string[] = [];
        let cursor: string | null | undefined;
        do {
          const page = await list({ tag: 'page=this', limit: 2, ...(cursor ? { cursor } : {}) });
          expect(page.items.length).toBeLessThanOrEqual(2);
          seen.push(...page.items.map(({ id }) => id));
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(seen).toEqual(made);
      });

      it('filters by state, spec, usage, tag, name and rotation', async () => {
        const prefix = `${freshName()}-`;
        const signing = await create({
          name: `${prefix}a`,
          spec: 'ecc-p256',
          usage: 'sign-verify',
          tags: { env: 'prod' },
        });
        const sealing = await create({ name: `${prefix}b`, tags: { env: 'test' } });
        const early = await create({ name: `${prefix}c`, notBefore: new Date(bed.clock.now() + DAY) });
        await disable(sealing);
        const idsBy = async (input: Omit<ListKeysInput, 'keyring'>) =>
          (await list({ namePrefix: prefix, ...input })).items.map(({ id }) => id);
        expect(await idsBy({})).toEqual([early.id, sealing.id, signing.id]);
        expect(await idsBy({ state: 'disabled' })).toEqual([sealing.id]);
        expect(await idsBy({ state: 'pre-active' })).toEqual([early.id]);
        expect(await idsBy({ spec: 'ecc-p256' })).toEqual([signing.id]);
        expect(await idsBy({ usage: 'encrypt-decrypt' })).toEqual([early.id, sealing.id]);
        expect(await idsBy({ tag: 'env' })).toEqual([sealing.id, signing.id]);
        expect(await idsBy({ tag: 'env=prod' })).toEqual([signing.id]);
        const later = new Date(bed.clock.now() + 1);
        bed.clock.advance(10);
        await rotate(signing);
        expect(await idsBy({ rotationDueBefore: later })).toEqual([early.id, sealing.id]);
      });

      it.each([{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { cursor: 'x' }, { cursor: '' }, { cursor: 'bm8' }])(
        'refuses %j',
        async (page) => {
          expect(await codeOf(list(page))).toBe('invalid-request');
        },
      );
    });

    describe('changing what is said of it', () => {
      it('changes name, description, tags and publication, and nothing else', async () => {
        const key = await create({ spec: 'ed25519', tags: { a: '1' } });
        const changes = { name: freshName(), description: 'new', tags: { b: '2' }, published: true };
        const { output } = await bed.kms.change(updateKey, { ...on(key), ...changes }, admin);
        expect(output).toEqual({ ...key, ...changes });
        expect(await get(changes.name)).toEqual(output);
      });

      it('frees the old name, and takes no name that is taken', async () => {
        const [before, after] = [freshName(), freshName()];
        const key = await create({ name: before });
        await bed.kms.change(updateKey, { ...on(key), name: after }, admin);
        expect(await codeOf(get(before))).toBe('key-not-found');
        const second = await create({ name: before });
        expect(await codeOf(bed.kms.change(updateKey, { ...on(second), name: after }, admin))).toBe('name-taken');
        await bed.kms.change(updateKey, { ...on(second), name: before }, admin);
      });
    });
  });
}
