import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Deps } from '../../../src/operations/deps.js';
import { Kms } from '../../../src/operations/kms.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

let bed: TestBed;

beforeAll(async () => {
  bed = await makeMemoryBed();
});
afterAll(() => bed.dispose());

it('goes on after a step that fails, and then says what failed first', async () => {
  const done: PropertyKey[] = [];
  const maintenance = new Proxy(bed.deps.maintenance, {
    get(target, name) {
      done.push(name);
      if (name === 'quietCampaigns') return () => Promise.reject(new Error('the second'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const dueKeys = { claim: () => Promise.reject(new TypeError('the first')) };
  const deps: Deps = Object.create(bed.deps, { maintenance: { value: maintenance }, dueKeys: { value: dueKeys } });
  await expect(runMaintenance(new Kms(deps), deps)).rejects.toThrow('the first');
  expect(done).toEqual(['dueDestructions', 'quietCampaigns', 'keyringsToRewrap', 'purge']);
});
