import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** The Wycheproof files (C2SP, Apache-2.0), beside the repository where they are present. */
const FOLDER = new URL('../../../shared/vectors/wycheproof/', import.meta.url);

export const wycheproofIsHere = existsSync(FOLDER);

export interface Vector {
  readonly tcId: number;
  readonly comment?: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly flags: readonly string[];
  readonly [field: string]: unknown;
}

export interface Group {
  readonly tests: readonly Vector[];
  readonly [field: string]: unknown;
}

/**
 * Whether the code under test took the vector and came to its output. `unsupported`: it is of a kind (a key size, a nonce size) that no
 * key here has, and the code refused it as such.
 */
export type Verdict = boolean | 'unsupported';

export const hex = (value: unknown): Buffer => Buffer.from(String(value), 'hex');

export function filesHere(): string[] {
  return wycheproofIsHere ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
}

/** One test per file: `valid` must be taken, `invalid` must not, `acceptable` may be either; none may be left out. */
export function describeWycheproof(file: string, judge: (vector: Vector, group: Group) => Promise<Verdict>): void {
  if (!wycheproofIsHere) {
    console.log(`skipped: the Wycheproof file ${file} is not beside this repository`);
    describe.skip(`Wycheproof ${file}`, () => it('is not here', () => undefined));
    return;
  }
  describe(`Wycheproof ${file}`, () => {
    it('gives the expected result for every vector', async () => {
      const { numberOfTests, testGroups } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as {
        numberOfTests: number;
        testGroups: Group[];
      };
      const wrong: string[] = [];
      const counts = { taken: 0, refused: 0, unsupported: 0 };
      for (const group of testGroups) {
        for (const vector of group.tests) {
          const verdict = await judge(vector, group).catch((error: unknown) => `threw ${String(error)}`);
          const fits =
            verdict === 'unsupported' ||
            (typeof verdict === 'boolean' &&
              (vector.result === 'acceptable' || verdict === (vector.result === 'valid')));
          if (!fits)
            wrong.push(`${vector.tcId} ${vector.result}: ${verdict} (${vector.comment ?? vector.flags.join()})`);
          counts[verdict === true ? 'taken' : verdict === 'unsupported' ? 'unsupported' : 'refused']++;
        }
      }
      expect(wrong).toEqual([]);
      expect(counts.taken + counts.refused + counts.unsupported).toBe(numberOfTests);
      expect(counts.taken).toBeGreaterThan(0);
    });
  });
}
