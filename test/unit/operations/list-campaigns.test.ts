import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { uuidv7 } from '../../../src/keys/uuid.js';
import { listCampaigns } from '../../../src/operations/campaigns/list-campaigns.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

const HIDDEN = 1100;

let bed: TestBed;

beforeAll(async () => {
  bed = await makeMemoryBed();
});
afterAll(() => bed.dispose());

async function makeCampaigns(keyId: string, count: number): Promise<void> {
  const { ledger, clock } = bed.deps;
  const counts = { usesBefore: 0, oldUsesBefore: 0, rewrapped: 0, skipped: 0, failed: 0 };
  const open = { state: 'open', reportedAt: null, reportedBy: null, endedAt: null, endedBy: null } as const;
  const started = { startedAt: new Date(clock.now()), startedBy: 'somebody', quietMs: 1 };
  const about = { keyringId: bed.keyringId, keyId, fromVersions: [1], toVersion: 2 };
  await ledger.change([bed.keyringId], async (change) => {
    for (let made = 0; made < count; made++) {
      change.put('campaign', { id: uuidv7(), ...about, ...counts, ...open, ...started });
    }
  });
}

it('a page looks at a thousand campaigns at most, whoever may see few of them, and the next goes on from there', async () => {
  const admin = await bed.arriveAs('key-admin');
  const newKey = async () => (await bed.kms.change(createKey, { keyring: 'default' }, admin)).output.id;
  const [own, hidden] = [await newKey(), await newKey()];
  await makeCampaigns(own, 1);
  await makeCampaigns(hidden, HIDDEN);
  const app = await bed.arriveAs('crypto-user', { keyring: bed.keyringId, key: own });
  const first = await bed.kms.perform(listCampaigns, {}, app);
  expect(first).toEqual({ items: [], nextCursor: expect.any(String) });
  const next = await bed.kms.perform(listCampaigns, { cursor: first.nextCursor ?? '' }, app);
  expect(next).toMatchObject({ items: [{ keyId: own }], nextCursor: null });
});
