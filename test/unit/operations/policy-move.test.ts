import { describe, expect, it } from '@jest/globals';
import * as fc from '../../support/fast-check.js';
import type { PolicyRow } from '../../../src/rotation/records.js';
import { permissionsOfPolicy } from '../../../src/operations/policies/permissions-of-policy.js';
import { candidatesFor, policyOf } from '../../../src/operations/policies/policy-in-force.js';
import {
  guardedMoves,
  movesInKeyring,
  permissionsOfMove,
  quietOf,
} from '../../../src/operations/policies/policy-move.js';

const setAt = '2030-01-01T00:00:00.000Z';
const tags = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), { maxKeys: 3 });
const policy = fc.constantFrom(
  {},
  { rotate: { every: '90d' } },
  { destroy: { after: '30d' } },
  { destroy: { after: '60d' }, expire: { after: '900d' } },
);
const selector = fc.record({ name: fc.constantFrom('p', 'q', 'r', 's'), tags, policy, setAt: fc.constant(setAt) });
const rules = fc.record({
  document: fc.option(policy, { nil: null }),
  selectors: fc.uniqueArray(selector, { selector: ({ name }) => name }),
});
type Rules = Pick<PolicyRow, 'document' | 'selectors'>;

/** One change of what a keyring has: its own policy, a policy for tags that comes or is another, one that goes. */
const changes: fc.Arbitrary<(before: Rules) => Rules> = fc.oneof(
  fc
    .option(policy, { nil: null })
    .map((document) => (before: Rules) => ({ ...before, document: document && { ...document } })),
  selector.map((one) => (before: Rules) => ({
    ...before,
    selectors: [...before.selectors.filter(({ name }) => name !== one.name), one],
  })),
  fc.nat(3).map((index) => (before: Rules) => ({
    ...before,
    selectors: before.selectors.filter((_one, at) => at !== index),
  })),
);

function inForce(of: Rules, key: Record<string, string>) {
  const row = { ...of, keyringId: 'k', target: 'keyring', setAt: new Date(setAt), revision: 1 };
  return candidatesFor({ tags: key }, { own: undefined, keyring: row })[0]?.policy.document ?? null;
}

describe('for any policies of a keyring, one change of them, and any key in it', () => {
  it('what comes into force for the key was asked for, and less quiet is guarded', () => {
    fc.assert(
      fc.property(rules, changes, tags, (before, change, key) => {
        const after = change(before);
        const [from, to] = [inForce(before, key), inForce(after, key)];
        if (from === to) return;
        const moves = movesInKeyring(before, after);
        const forKey = moves.filter((move) => Object.entries(move.tags).every(([name, value]) => key[name] === value));
        const needed = to ? permissionsOfPolicy(policyOf(to)) : [];
        expect(forKey.flatMap(permissionsOfMove)).toEqual(expect.arrayContaining([...needed]));
        if (quietOf(to) < quietOf(from)) expect(guardedMoves(moves, 'k')?.reason).toBe('version-in-use');
      }),
      { numRuns: 2000 },
    );
  });
});
