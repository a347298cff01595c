import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKey, type CreateKeyInput } from '../../../src/operations/keys/create-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { createAlias } from '../../../src/operations/aliases/create-alias.js';
import { deleteAlias } from '../../../src/operations/aliases/delete-alias.js';
import { listAliases } from '../../../src/operations/aliases/list-aliases.js';
import { moveAlias } from '../../../src/operations/aliases/move-alias.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import type { TestBed } from '../../support/test-bed.js';
import { codeOf } from '../../support/code-of.js';

let names = 0;
const freshName = (): string => `key-${++names}`;

/** What may be done with aliases, on whatever they are stored in. */
export function aliasesSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`aliases, ${place}`, () => {
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
    const setAlias = async (name: string, key: string, arrival = admin) =>
      (await bed.kms.change(createAlias, { keyring: 'default', name, key }, arrival)).output;
    const move = async (alias: string, key: string, arrival = admin) =>
      (await bed.kms.change(moveAlias, { keyring: 'default', alias, key }, arrival)).output;

    describe('aliases', () => {
      it('name a key until they are moved or deleted', async () => {
        const [one, two] = [await create(), await create()];
        const name = freshName();
        expect(await setAlias(name, one.id)).toMatchObject({ id: name, name, keyring: bed.keyringId, keyId: one.id });
        expect(await get(name)).toEqual(one);
        expect(await move(name, two.id)).toMatchObject({ name, keyId: two.id });
        expect(await get(name)).toEqual(two);
        await bed.kms.change(deleteAlias, { keyring: 'default', alias: name }, admin);
        expect(await codeOf(get(name))).toBe('key-not-found');
        expect(await codeOf(bed.kms.change(deleteAlias, { keyring: 'default', alias: name }, admin))).toBe(
          'alias-not-found',
        );
        expect(await move(name, one.id)).toMatchObject({ name, keyId: one.id });
      });

      it('share one namespace with the names of keys', async () => {
        const key = await create({ name: freshName() });
        const name = freshName();
        await setAlias(name, key.id);
        expect(await codeOf(setAlias(name, key.id))).toBe('name-taken');
        expect(await codeOf(setAlias(key.name!, key.id))).toBe('name-taken');
        expect(await codeOf(move(key.name!, key.id))).toBe('name-taken');
        expect(await codeOf(setAlias(key.id, key.id))).toBe('invalid-request');
        expect(await codeOf(bed.kms.change(deleteAlias, { keyring: 'default', alias: key.name! }, admin))).toBe(
          'alias-not-found',
        );
      });

      it('are moved only by whoever may on both keys', async () => {
        const [one, two] = [await create(), await create()];
        const name = freshName();
        await setAlias(name, one.id);
        const half = await bed.arriveAs('key-admin', { keyring: bed.keyringId, key: two.id });
        expect(await codeOf(move(name, two.id, half))).toBe('permission-denied');
        expect(await get(name)).toMatchObject({ id: one.id });
        expect(await codeOf(setAlias(freshName(), one.id, half))).toBe('permission-denied');
        expect(await setAlias(freshName(), two.id, half)).toMatchObject({ keyId: two.id });
      });

      it('are listed by name, also those of one key, page by page', async () => {
        const key = await create();
        const [a, b, c] = [`${freshName()}-a`, `${freshName()}-b`, `${freshName()}-c`].toSorted((x, y) =>
          x < y ? -1 : 1,
        );
        for (const name of [c!, a!, b!]) await setAlias(name, key.id);
        const input = { keyring: 'default', key: key.id, limit: 2 };
        const first = await bed.kms.perform(listAliases, input, user);
        expect(first.items.map(({ name }) => name)).toEqual([a, b]);
        const second = await bed.kms.perform(listAliases, { ...input, cursor: first.nextCursor! }, user);
        expect(second).toMatchObject({ items: [{ name: c }], nextCursor: null });
        const all = await bed.kms.perform(listAliases, { keyring: 'default', limit: 1000 }, user);
        expect(all.items.map(({ name }) => name)).toEqual(expect.arrayContaining([a, b, c]));
      });

      it('answer a repeat with the alias that was made', async () => {
        const key = await create();
        const again = await bed.arriveAs('key-admin', { everything: true }, 'alias');
        const input = { keyring: 'default', name: freshName(), key: key.id };
        const first = await bed.kms.change(createAlias, input, again);
        expect(await bed.kms.change(createAlias, input, again)).toEqual({ output: first.output, replayed: true });
      });
    });
  });
}
