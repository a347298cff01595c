import { expect, it } from '@jest/globals';
import { survive, WRITES } from './survive.js';

it('a server that is killed in the middle of its work has kept every operation that it acknowledged, and nothing by half', async () => {
  const { acknowledged, lost } = await survive('external', [350, 700], (stand) => stand.kill());
  expect(acknowledged).toBeGreaterThanOrEqual(WRITES);
  expect(lost).toBeGreaterThan(0);
});
