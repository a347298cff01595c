import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createRole } from '../../../src/operations/access/create-role.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { deleteRole } from '../../../src/operations/access/delete-role.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { updateKeyring } from '../../../src/operations/keyrings/update-keyring.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { asToken } from '../../support/as-token.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

let names = 0;
const freshName = (): string => `name-${++names}`;

/** Nobody both administers and uses keys of a keyring, on whatever it is stored in. */
export function separationSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`separation of duties, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
    });
    afterAll(() => bed.dispose());

    const makeKeyring = async () => (await bed.kms.change(createKeyring, { name: freshName() }, admin)).output.id;
    const bind = async (caller: string, role: string, keyring: string) =>
      (await bed.kms.change(createBinding, { caller, role, scope: { keyring } }, admin)).output;
    const separate = async (keyring: string, separationOfDuties: boolean) =>
      (await bed.kms.change(updateKeyring, { keyring, separationOfDuties }, admin)).output;
    const makeCaller = async () => {
      const { id } = (await bed.kms.change(createCaller, { name: freshName(), type: 'person' }, admin)).output;
      const { token } = (await bed.kms.change(createToken, { caller: id }, admin)).output;
      const presented = asToken(token);
      const arrive = () => bed.kms.arrive({ door: 'test', source: null, requestId: randomUUID(), presented });
      return { id, arrive };
    };

    it('refuses the second half, naming the binding that it conflicts with', async () => {
      const keyring = await makeKeyring();
      const { id } = await makeCaller();
      const first = await bind(id, 'crypto-user', keyring);
      await expect(bind(id, 'key-admin', keyring)).rejects.toThrow(
        new RegExp(`^conflicting-binding: separation of duties: with binding ${first.id}`),
      );
      await bind(id, 'key-admin', await makeKeyring());
    });

    it('counts permissions, not the names of roles', async () => {
      const keyring = await makeKeyring();
      const { id } = await makeCaller();
      const [rotator, both] = [freshName(), freshName()];
      await bed.kms.change(createRole, { name: rotator, permissions: ['key.rotate'] }, admin);
      await bed.kms.change(createRole, { name: both, permissions: ['key.rotate', 'decrypt'] }, admin);
      await bind(id, rotator, keyring);
      expect(await codeOf(bind(id, 'decrypt-only', keyring))).toBe('conflicting-binding');
      await expect(bind((await makeCaller()).id, both, keyring)).rejects.toThrow(/both administers and uses keys/);
      await bind(id, 'auditor', keyring);
      // A role in use cannot be widened: there is nothing that changes one, and it cannot be made anew.
      expect(await codeOf(bed.kms.change(deleteRole, { role: rotator }, admin))).toBe('role-in-use');
      expect(await codeOf(bed.kms.change(createRole, { name: rotator, permissions: ['decrypt'] }, admin))).toBe(
        'name-taken',
      );
    });

    it('is decided at the moment of the call too: with the setting back on, keys are out of reach at once', async () => {
      const keyring = await makeKeyring();
      const { id, arrive } = await makeCaller();
      await separate(keyring, false);
      await bind(id, 'key-admin', keyring);
      await bind(id, 'crypto-user', keyring);
      const both = await arrive();
      const { id: key } = (await bed.kms.change(createKey, { keyring }, both)).output;
      const sealed = await bed.kms.perform(encrypt, { keyring, key, plaintext: Buffer.from('x') }, both);
      expect(await separate(keyring, true)).toMatchObject({ separationOfDuties: true });
      const open = () => bed.kms.perform(decrypt, { keyring, key, ciphertext: sealed.ciphertext }, both);
      await expect(open()).rejects.toThrow(/^permission-denied: separation of duties: binding [0-9a-f-]{36} lets/);
      expect(await codeOf(bed.kms.change(rotateKey, { keyring, key }, both))).toBe('none');
      await separate(keyring, false);
      expect((await open()).plaintext.toString()).toBe('x');
    });

    it('is a setting of a keyring that those who administer it set, and nobody else', async () => {
      const keyring = await makeKeyring();
      const keyAdmin = await bed.arriveAs('key-admin', { keyring });
      const other = await bed.arriveAs('administrator', { keyring: bed.keyringId });
      for (const by of [keyAdmin, other]) {
        expect(await codeOf(bed.kms.change(updateKeyring, { keyring, separationOfDuties: false }, by))).toBe(
          'permission-denied',
        );
      }
      expect(await codeOf(bed.kms.change(updateKeyring, { keyring }, admin))).toBe('invalid-request');
      const { output } = await bed.kms.change(updateKeyring, { keyring, description: 'cards' }, admin);
      expect(output).toMatchObject({ description: 'cards', separationOfDuties: true });
    });
  });
}
