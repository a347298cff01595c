import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../../src/operations/arrival.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { destroyKeyring } from '../../../src/operations/keyrings/destroy-keyring.js';
import { rewrapKeyring } from '../../../src/operations/keyrings/rewrap-keyring.js';
import { updateKeyring } from '../../../src/operations/keyrings/update-keyring.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { revokeKey } from '../../../src/operations/keys/revoke-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { scheduleKeyDestruction } from '../../../src/operations/keys/schedule-key-destruction.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { replicateKey } from '../../../src/operations/multi-region/replicate-key.js';
import { setPrimary } from '../../../src/operations/multi-region/set-primary.js';
import { getKeyPolicy } from '../../../src/operations/policies/get-key-policy.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;
const ACCOUNT = '000000000002';
const PLAINTEXT = Buffer.from('a');
const WEST = 'eu-west-1';
const NORTH = 'eu-north-1';

/** A key of a keyring, by its own id or by the one that all its regions share. */
interface At {
  readonly keyring: string;
  readonly key: string;
}

/** Keys in several regions, on whatever they are stored in. */
export function multiRegionSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`multi-Region keys, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;
    let administrator: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      [admin, app, administrator] = (await Promise.all(
        ['key-admin', 'crypto-user', 'administrator'].map((role) => bed.arriveAs(role)),
      )) as [Arrival, Arrival, Arrival];
      for (const region of ['us-east-1', WEST, NORTH]) {
        await bed.kms.change(createKeyring, { name: region }, administrator);
        const awsAccount = { accountId: ACCOUNT, region };
        await bed.kms.change(updateKeyring, { keyring: region, awsAccount }, administrator);
      }
    });
    afterAll(() => bed.dispose());

    const make = async (): Promise<At> => {
      const { id } = (await bed.kms.change(createKey, { keyring: 'us-east-1', multiRegion: true }, admin)).output;
      return { keyring: 'us-east-1', key: id };
    };
    const replicate = async (of: At, region = WEST): Promise<At> => {
      const { id } = (await bed.kms.change(replicateKey, { ...of, region }, admin)).output;
      return { keyring: region, key: id };
    };
    const describeKey = (at: At) => bed.kms.perform(getKey, at, admin);
    const rotate = async (at: At) => (await bed.kms.change(rotateKey, at, admin)).output;
    const seal = async (at: At) => (await bed.kms.perform(encrypt, { ...at, plaintext: PLAINTEXT }, app)).ciphertext;
    const open = async ({ keyring }: At, ciphertext: Buffer) =>
      (await bed.kms.perform(decrypt, { keyring, ciphertext }, app)).plaintext.toString();
    const doom = (at: At) => bed.kms.change(scheduleKeyDestruction, { ...at, windowDays: 7 }, admin);
    const advance = async (ms: number) => {
      bed.clock.advance(ms);
      await runMaintenance(bed.kms, bed.deps);
    };
    const recordsOf = async ({ key }: At) =>
      (await bed.deps.journal.query({ key, outcome: 'success', limit: 100 }))
        .filter(({ operation }) => !['key.describe', 'encrypt', 'decrypt'].includes(operation))
        .map(({ operation }) => operation);

    it('have rows, wrapped material and records of their own', async () => {
      const primary = await make();
      const replica = await replicate(primary);
      const [one, two] = await Promise.all(
        [primary, replica].map(async ({ keyring, key }) => {
          const { id = '' } = (await bed.deps.ledger.install()).keyringsByName.get(keyring) ?? {};
          return bed.deps.ledger.findKey(id, key);
        }),
      );
      expect(two?.key.id).not.toBe(one?.key.id);
      expect(two?.key.lineageId).toBe(one?.key.lineageId);
      const [a, b] = [one, two].map((found) => found?.versions[0]);
      expect(b?.materialId).toEqual(a?.materialId);
      expect(b?.material?.equals(a?.material ?? Buffer.of())).toBe(false);
      expect(await open(replica, await seal(primary))).toBe('a');
      expect(await recordsOf(primary)).toEqual(['key.replicate', 'key.create']);
      expect(await recordsOf(replica)).toEqual(['key.replicate']);
    });

    it('are not made, nor replicated, where no region is', async () => {
      const input = { keyring: 'default', multiRegion: true };
      expect(await codeOf(bed.kms.change(createKey, input, admin))).toBe('unsupported-operation');
      const primary = await make();
      expect(await codeOf(replicate(primary, 'eu-east-9'))).toBe('unsupported-operation');
      const single = (await bed.kms.change(createKey, { keyring: 'us-east-1' }, admin)).output.id;
      expect(await codeOf(replicate({ keyring: 'us-east-1', key: single }))).toBe('unsupported-operation');
    });

    it('are replicated only by whoever may make keys in the other keyring, too', async () => {
      const primary = await make();
      const { keyringsByName } = await bed.deps.ledger.install();
      const here = await bed.arriveAs('key-admin', { keyring: keyringsByName.get('us-east-1')?.id ?? '' });
      const attempt = bed.kms.change(replicateKey, { ...primary, region: WEST }, here);
      expect(await codeOf(attempt)).toBe('permission-denied');
    });

    it('are rotated together, by the schedule too, and not by a replica', async () => {
      const primary = await make();
      const replica = await replicate(primary);
      const policy = { rotate: { every: '30d' } };
      for (const at of [primary, replica]) await bed.kms.change(setKeyPolicy, { ...at, policy }, admin);
      await advance(31 * DAY);
      for (const at of [primary, replica]) expect(await describeKey(at)).toMatchObject({ primaryVersion: 2 });
      await advance(1 * DAY);
      expect(await describeKey(replica)).toMatchObject({ primaryVersion: 2 });
      expect((await recordsOf(replica)).slice(0, 1)).toEqual(['key.rotate']);
      expect(await codeOf(rotate(replica))).toBe('unsupported-operation');
      await bed.kms.change(disableKey, replica, admin);
      expect(await rotate(primary)).toMatchObject({ primaryVersion: 3 });
      expect(await describeKey(replica)).toMatchObject({ primaryVersion: 3, state: 'disabled' });
    });

    it('get the material that takes the place of a revoked one', async () => {
      const primary = await make();
      const replica = await replicate(primary);
      await bed.kms.change(revokeKey, { ...primary, reason: 'compromised', replace: true }, admin);
      expect(await open(replica, await seal(primary))).toBe('a');
      expect(await describeKey(replica)).toMatchObject({ primaryVersion: 2, versionCount: 2 });
    });

    it('go on when a keyring of theirs is rewrapped', async () => {
      const primary = await make();
      const replica = await replicate(primary);
      const sealed = await seal(primary);
      await bed.kms.change(rewrapKeyring, { keyring: WEST }, administrator);
      await runMaintenance(bed.kms, bed.deps);
      await rotate(primary);
      expect(await open(replica, sealed)).toBe('a');
      expect(await open(replica, await seal(primary))).toBe('a');
    });

    it('change places, with the rotation that the policy of the key says', async () => {
      const primary = await make();
      const replica = await replicate(primary);
      const policy = { rotate: { every: '30d' }, retire: { after: '60d' } };
      await bed.kms.change(setKeyPolicy, { ...primary, policy }, admin);
      await bed.kms.change(setPrimary, { ...primary, region: WEST }, admin);
      const { multiRegion } = await describeKey(primary);
      expect(multiRegion).toMatchObject({ primary: { region: WEST }, replicas: [{ region: 'us-east-1' }] });
      expect((await describeKey(replica)).multiRegion).toEqual(multiRegion);
      const ownOf = async (at: At) =>
        (await bed.kms.perform(getKeyPolicy, at, admin)).candidates.find(({ source }) => source === 'key')?.policy;
      expect(await ownOf(primary)).toEqual({ retire: { after: '60d' } });
      expect(await ownOf(replica)).toEqual({ rotate: { every: '30d' } });
      expect(await codeOf(rotate(primary))).toBe('unsupported-operation');
      expect(await rotate(replica)).toMatchObject({ primaryVersion: 2 });
      expect(await open(primary, await seal(replica))).toBe('a');
    });

    it('end one by one, the primary last; and a replica may come again', async () => {
      const primary = await make();
      const replica = await replicate(primary);
      const other = await replicate(primary, NORTH);
      const sealed = await seal(primary);
      await doom(primary);
      await doom(replica);
      await advance(8 * DAY);
      expect(await describeKey(replica)).toMatchObject({ state: 'destroyed' });
      expect(await describeKey(primary)).toMatchObject({ state: 'pending-destruction', destroyAt: null });
      expect((await describeKey(other)).multiRegion?.replicas).toHaveLength(1);
      expect(await open(other, sealed)).toBe('a');
      await doom(other);
      await advance(7 * DAY);
      const last = new Date(bed.clock.now() + 7 * DAY);
      expect(await describeKey(primary)).toMatchObject({ state: 'pending-destruction', destroyAt: last });
      await advance(7 * DAY);
      expect(await describeKey(primary)).toMatchObject({ state: 'destroyed' });

      const again = await make();
      const first = await replicate(again);
      await doom(first);
      await advance(8 * DAY);
      const second = await replicate(again);
      expect(second.key).not.toBe(first.key);
      expect(await open(second, await seal(again))).toBe('a');
    });

    it('keep their keyrings where they are', async () => {
      const primary = await make();
      await replicate(primary);
      for (const awsAccount of [null, { accountId: ACCOUNT, region: 'eu-east-9' }]) {
        const moved = bed.kms.change(updateKeyring, { keyring: WEST, awsAccount }, administrator);
        expect(await codeOf(moved)).toBe('keyring-not-empty');
      }
      const same = { keyring: WEST, awsAccount: { accountId: ACCOUNT, region: WEST } };
      await expect(bed.kms.change(updateKeyring, same, administrator)).resolves.toBeDefined();
      expect(await codeOf(bed.kms.change(destroyKeyring, { keyring: WEST }, administrator))).toBe('keyring-not-empty');
    });
  });
}
