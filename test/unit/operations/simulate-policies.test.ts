import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../../src/operations/arrival.js';
import type { Deps } from '../../../src/operations/deps.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { Kms } from '../../../src/operations/kms.js';
import { simulatePolicies } from '../../../src/operations/policies/simulate-policies.js';
import { codeOf } from '../../support/code-of.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

const KEYS = 30;

describe('a simulation', () => {
  let bed: TestBed;
  let admin: Arrival;

  beforeAll(async () => {
    bed = await makeMemoryBed();
    admin = await bed.arriveAs('key-admin');
    for (let key = 0; key < KEYS; key++) await bed.kms.change(createKey, { keyring: 'default' }, admin);
  });
  afterAll(() => bed.dispose());

  const simulate = (policy: object, monotonicNow: () => number) => {
    const deps: Deps = Object.create(bed.deps, { monotonicNow: { value: monotonicNow } });
    return new Kms(deps).perform(simulatePolicies, { keyring: 'default', policy: { ...policy } }, admin);
  };

  it('ends when its time is over, and says what to do', async () => {
    let ms = 0;
    const policy = { rotate: { every: '30d' } };
    const tooLong = simulate(policy, () => (ms += 1000));
    await expect(tooLong).rejects.toMatchObject({
      code: 'limit-reached',
      message: /10 seconds of work: simulate fewer/,
    });
    expect(await simulate(policy, () => 0)).toMatchObject({ keys: KEYS, rotated: KEYS * 12 });
  });

  it('looks at the clock at each step', async () => {
    let readings = 0;
    await simulate({ rotate: { every: '30d' } }, () => (readings++, 0));
    expect(readings).toBeGreaterThanOrEqual(KEYS * 12);
  });

  it('takes no step for what people would only be told', async () => {
    const before = Array.from({ length: 10 }, (_, lead) => `${lead + 1}d`);
    const policy = { rotate: { every: '1h' }, retire: { after: '1h' } };
    const countSteps = async (notify: object) => {
      let readings = 0;
      expect(await codeOf(simulate({ ...policy, ...notify }, () => (readings++, 0)))).toBe('limit-reached');
      return readings;
    };
    expect(await countSteps({ notify: { before } })).toBe(await countSteps({}));
  });

  it('gives everybody else a turn at each key', async () => {
    let [turns, isOver] = [0, false];
    const takeTurn = () => {
      turns += 1;
      if (!isOver) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    await simulate({ rotate: { every: '30d' } }, () => 0);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(KEYS);
  });

  it('gives everybody else a turn while it thinks about one key', async () => {
    let [ms, turns, isOver] = [0, 0, false];
    const takeTurn = () => {
      turns += 1;
      if (!isOver) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    // Each reading is 11 ms later: longer than one may go on without a pause.
    await simulate({ rotate: { every: '30d' } }, () => (ms += 11));
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(KEYS * 12);
  });
});
