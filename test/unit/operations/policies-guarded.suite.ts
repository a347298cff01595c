import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { updateKey } from '../../../src/operations/keys/update-key.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { deleteKeyPolicy, setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import {
  deleteKeyringPolicy,
  deleteSelectorPolicy,
  setKeyringPolicy,
  setSelectorPolicy,
} from '../../../src/operations/policies/set-keyring-policy.js';
import { destroyVersion } from '../../../src/operations/versions/destroy-version.js';
import { retireVersion } from '../../../src/operations/versions/retire-version.js';
import { codeOf } from '../../support/code-of.js';
import { approvalOf, Governed, type Member } from '../../support/governed.js';
import type { TestBed } from '../../support/test-bed.js';

const quiet = (after: string) => ({ destroy: { after } });

/** What several people must agree on before a policy does less, or what they agreed on is another thing; whatever they are stored in. */
export function guardedPoliciesSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`policies under dual control, ${place}`, () => {
    let bed: TestBed;
    let governed: Governed;
    let asker: Member;
    let app: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      governed = await Governed.in(bed);
      asker = await governed.member('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    const stand = async (operations: string[] = [], tags: Record<string, string> = {}) => {
      const { id: keyring, approvers } = await governed.keyring(1, operations);
      const { output } = await bed.kms.change(createKey, { keyring, tags }, await asker.arrive());
      const key = { keyring, key: output.id };
      return { keyring, approvers, key };
    };
    type Key = { readonly keyring: string; readonly key: string };
    const setOwn = async (key: Key, policy: object, approval?: string) =>
      bed.kms.change(setKeyPolicy, { ...key, policy: { ...policy } }, await asker.arrive(approval));
    const unsetOwn = async (key: Key) => bed.kms.change(deleteKeyPolicy, key, await asker.arrive());
    const tag = async (key: Key, tags: Record<string, string>, approval?: string) =>
      bed.kms.change(updateKey, { ...key, tags }, await asker.arrive(approval));
    const setAll = async (keyring: string, policy: object, approval?: string) =>
      bed.kms.change(setKeyringPolicy, { keyring, policy: { ...policy } }, await asker.arrive(approval));
    const setFor = async (keyring: string, tags: Record<string, string>, policy: object, approval?: string) => {
      const input = { keyring, selector: 'some', tags, policy: { ...policy } };
      return bed.kms.change(setSelectorPolicy, input, await asker.arrive(approval));
    };

    it('a key is not freed of its quiet time by one person', async () => {
      const { keyring, approvers, key } = await stand();
      await setOwn(key, quiet('30d'));
      await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
      await bed.kms.change(rotateKey, key, await asker.arrive());
      await bed.kms.change(retireVersion, { ...key, version: 1 }, await asker.arrive());
      const destroy = async () => bed.kms.change(destroyVersion, { ...key, version: 1 }, await asker.arrive());
      expect(await codeOf(destroy())).toBe('version-in-use');
      const approval = await approvalOf(setOwn(key, {}));
      await approvalOf(setOwn(key, quiet('1d')));
      await approvalOf(setOwn(key, { rotate: { every: '90d' } }));
      await approvalOf(unsetOwn(key));
      await setOwn(key, { ...quiet('30d'), rotate: { every: '90d' } });
      expect(await codeOf(destroy())).toBe('version-in-use');
      expect(await governed.approve(approval, ...approvers)).toBe('approved');
      // The policy is another than the one that was to be dropped.
      expect(await codeOf(setOwn(key, {}, approval))).toBe('approval-stale');
      const second = await approvalOf(setOwn(key, {}));
      await governed.approve(second, ...approvers);
      await setOwn(key, {}, second);
      const [record] = await bed.deps.journal.query({ key: key.key, operation: 'policy.set', limit: 1 });
      expect(record?.detail).toMatchObject({ guarded: 'version-in-use', approval: second });
      expect((await destroy()).output.state).toBe('destroyed');
      await setAll(keyring, quiet('10d'));
      await unsetOwn(key);
    });

    it('nor by other tags', async () => {
      const { keyring, key } = await stand([], { class: 'pci' });
      await setFor(keyring, { class: 'pci' }, quiet('30d'));
      await approvalOf(tag(key, {}));
      await setAll(keyring, quiet('29d'));
      await approvalOf(tag(key, {}));
      await setAll(keyring, quiet('30d'));
      await tag(key, {});
    });

    it('nor are the keys of a keyring, or those with some tags', async () => {
      const { keyring } = await stand();
      await setAll(keyring, quiet('30d'));
      await approvalOf(setAll(keyring, quiet('29d')));
      await approvalOf(setAll(keyring, {}));
      const unsetAll = async () => bed.kms.change(deleteKeyringPolicy, { keyring }, await asker.arrive());
      await approvalOf(unsetAll());
      await approvalOf(setFor(keyring, { class: 'pci' }, {}));
      await setFor(keyring, { class: 'pci' }, quiet('60d'));
      await approvalOf(setFor(keyring, { class: 'pci' }, quiet('59d')));
      await approvalOf(setFor(keyring, { class: 'none' }, quiet('60d')));
      const unset = async () =>
        bed.kms.change(deleteSelectorPolicy, { keyring, selector: 'some' }, await asker.arrive());
      await approvalOf(unset());
      await setAll(keyring, quiet('60d'));
      await setFor(keyring, { class: 'none' }, quiet('60d'));
      await unset();
    });

    it('without dual control it is on record', async () => {
      const key = { keyring: bed.keyringId, key: '' };
      const by = await asker.arrive();
      key.key = (await bed.kms.change(createKey, { keyring: bed.keyringId }, by)).output.id;
      await setOwn(key, quiet('30d'));
      await setOwn(key, {});
      const records = await bed.deps.journal.query({ key: key.key, operation: 'policy.set', limit: 2 });
      expect(records.map(({ detail }) => detail?.['guarded'])).toEqual(['version-in-use', undefined]);
    });

    it('what several people decide on includes keys that come under a policy by their tags', async () => {
      const { keyring, approvers, key } = await stand(['version.destroy']);
      const set = await approvalOf(setFor(keyring, { class: 'pci' }, quiet('30d')));
      await governed.approve(set, ...approvers);
      await setFor(keyring, { class: 'pci' }, quiet('30d'), set);
      const approval = await approvalOf(tag(key, { class: 'pci' }));
      await governed.approve(approval, ...approvers);
      await tag(key, { class: 'pci' }, approval);
    });

    it('an approval is for the policies that it was asked under', async () => {
      const { keyring, approvers, key } = await stand(['version.destroy', 'key.update']);
      const asked = [
        (approval?: string) => setOwn(key, quiet('30d'), approval),
        (approval?: string) => setAll(keyring, quiet('30d'), approval),
        (approval?: string) => setFor(keyring, { class: 'pci' }, quiet('30d'), approval),
        (approval?: string) => tag(key, { class: 'web' }, approval),
      ];
      const approvals: string[] = [];
      for (const ask of asked) approvals.push(await approvalOf(ask()));
      for (const approval of approvals) await governed.approve(approval, ...approvers);
      await setAll(keyring, { rotate: { every: '90d' } });
      for (const [index, ask] of asked.entries()) expect(await codeOf(ask(approvals[index]))).toBe('approval-stale');
    });

    it('and so is that for destroying a version by force', async () => {
      const { approvers, key } = await stand();
      await setOwn(key, quiet('30d'));
      await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
      await bed.kms.change(rotateKey, key, await asker.arrive());
      await bed.kms.change(retireVersion, { ...key, version: 1 }, await asker.arrive());
      const destroy = async (approval?: string) =>
        bed.kms.change(destroyVersion, { ...key, version: 1, force: true }, await asker.arrive(approval));
      const approval = await approvalOf(destroy());
      await governed.approve(approval, ...approvers);
      await setOwn(key, quiet('300d'));
      expect(await codeOf(destroy(approval))).toBe('approval-stale');
    });
  });
}
