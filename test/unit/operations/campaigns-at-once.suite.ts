import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../../src/operations/arrival.js';
import { listCampaigns } from '../../../src/operations/campaigns/list-campaigns.js';
import { startCampaign } from '../../../src/operations/campaigns/start-campaign.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

/** Starts of campaigns that meet, on whatever they are stored in. */
export function campaignsAtOnceSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`campaigns that are started at once, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
    });
    afterAll(() => bed.dispose());

    const rotated = async () => {
      const { output } = await bed.kms.change(createKey, { keyring: 'default' }, admin);
      const key = { keyring: 'default', key: output.id };
      await bed.kms.change(rotateKey, key, admin);
      return key;
    };
    type Key = Awaited<ReturnType<typeof rotated>>;
    const start = (key: Key) => codeOf(bed.kms.change(startCampaign, { ...key, from: [1] }, admin));
    const openOf = async (key: Key) =>
      (await bed.kms.perform(listCampaigns, { ...key, state: 'open' }, admin)).items.map(({ from }) => from);

    it('are one for a version', async () => {
      const key = await rotated();
      const codes = await Promise.all([start(key), start(key), start(key)]);
      expect(codes.toSorted()).toEqual(['campaign-exists', 'campaign-exists', 'none']);
      expect(await openOf(key)).toEqual([[1]]);
    });

    it('are one also where a revocation starts another', async () => {
      const key = await rotated();
      const policy = { revoke: { compromised: 'decrypt-only', campaign: true } };
      await bed.kms.change(setKeyPolicy, { ...key, policy }, admin);
      const revoke = bed.kms.change(revokeVersion, { ...key, version: 1, reason: 'compromised' }, admin);
      await Promise.all([start(key), revoke]);
      expect(await openOf(key)).toEqual([[1]]);
    });
  });
}
