import { describe, expect, it } from '@jest/globals';
import { killPostgres } from './signal-postgres.js';
import { survive, WRITES } from './survive.js';

describe('on the embedded database', () => {
  it('a server that is killed in the middle of its work has kept every operation that it acknowledged, and nothing by half', async () => {
    const { acknowledged, lost } = await survive('embedded', [350, 700], (stand) => stand.kill());
    expect(acknowledged).toBeGreaterThanOrEqual(WRITES);
    expect(lost).toBeGreaterThan(0);
  });

  it('a server whose PostgreSQL is killed under it goes on by itself, has kept all that, and answers nothing wrong meanwhile', async () => {
    const killed: number[] = [];
    const { acknowledged, lost } = await survive('embedded', [250, 500, 750], async (stand) =>
      killed.push(await killPostgres(stand.dataDir)),
    );
    expect(acknowledged).toBeGreaterThanOrEqual(WRITES);
    expect(lost).toBe(0);
    expect(killed.every((processes) => processes > 3)).toBe(true);
  });
});
