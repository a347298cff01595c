import { describe, expect, it } from '@jest/globals';
import * as fc from '../../support/fast-check.js';
import { AccessView } from '../../../src/access/access-view.js';
import type { Resource } from '../../../src/access/grant.js';
import { OPERATIONS, ROLES } from '../../../src/access/permissions.js';
import type { BindingRow, BindingScope, GroupRow } from '../../../src/access/records.js';

const NOW = 1_000_000;
const KEYRINGS = ['a', 'b'] as const;
const keyring = fc.constantFrom(...KEYRINGS);
const scope: fc.Arbitrary<BindingScope> = fc.oneof(
  fc.constant({ everything: true } as const),
  fc.record({ keyring }),
  fc.record({ keyring, key: fc.constantFrom('1', '2') }),
  fc.record({ keyring, tags: fc.constantFrom({ team: 'x' }, { team: 'y' }) }),
);
const binding: fc.Arbitrary<BindingRow> = fc.record({
  id: fc.uuid(),
  callerId: fc.constantFrom('me', 'group-of-me', 'group-by-claim', 'somebody'),
  role: fc.constantFrom(...Object.keys(ROLES)),
  effect: fc.constantFrom('allow' as const, 'deny' as const),
  scope,
  conditions: fc.constantFrom(null, { context: { equals: { t: '1' } } }, { authentication: ['mfa' as const] }),
  expiresAt: fc.constantFrom(null, new Date(NOW - 1), new Date(NOW + 1)),
  removedAt: fc.constantFrom(null, null, null, new Date(NOW)),
  createdAt: fc.constant(new Date(0)),
  revision: fc.constant(1),
});
const resource: fc.Arbitrary<Resource> = fc.oneof(
  fc.constant({ kind: 'install' } as const),
  fc.record({ kind: fc.constant('keyring' as const), keyringId: keyring }),
  fc.record({
    kind: fc.constant('key' as const),
    keyringId: keyring,
    keyId: fc.constantFrom('1', '2'),
    tags: fc.constantFrom({}, { team: 'x' }),
  }),
);
const attributes = fc.record({
  context: fc.constantFrom(undefined, { t: '1' }),
  source: fc.constant(null),
  door: fc.constant('rest'),
  strength: fc.constantFrom('single' as const, 'mfa' as const),
});
const GROUP: GroupRow = {
  id: 'group-of-me',
  name: 'mine',
  description: '',
  members: ['me'],
  claim: null,
  removedAt: null,
  createdAt: new Date(0),
  createdBy: null,
  revision: 1,
};

describe('what is explained', () => {
  it('is what is decided, for any bindings of caller, group and claim', () => {
    const asked = fc.tuple(fc.array(binding, { maxLength: 8 }), fc.constantFrom(...OPERATIONS), resource, attributes);
    fc.assert(
      fc.property(asked, fc.boolean(), fc.boolean(), ([bindings, operation, about, given], claimed, mixed) => {
        const unseparated = new Set(mixed ? KEYRINGS : []);
        const groups = [GROUP, { ...GROUP, id: 'group-by-claim', members: [] }];
        const view = new AccessView(new Map(), new Map(), bindings, [], unseparated, groups);
        const holders = claimed ? ['me', 'group-by-claim'] : 'me';
        const verdicts = view.consider(holders, operation, about, NOW, given).map(({ verdict }) => verdict);
        const decided = view.may(holders, operation, about, NOW, given);
        if (operation === 'whoami') return expect(decided).toBe(true);
        const administers = view.administeringBinding(holders, operation, about, NOW) !== undefined;
        const explained = verdicts.includes('allows') && !verdicts.includes('denies') && !administers;
        if (view.may('nobody', operation, about, NOW, given)) return undefined;
        expect(decided).toBe(explained);
        if (decided) expect(view.mayAnywhere(holders, operation, NOW)).toBe(true);
        return undefined;
      }),
      { numRuns: 3000 },
    );
  });

  it('takes a member of a group for one who holds its bindings', () => {
    fc.assert(
      fc.property(
        fc.array(binding, { maxLength: 8 }),
        fc.constantFrom(...OPERATIONS),
        resource,
        (bindings, operation, about) => {
          const apart = bindings.map((row) => ({
            ...row,
            callerId: row.callerId === 'group-of-me' ? 'me' : row.callerId,
          }));
          const byGroup = new AccessView(new Map(), new Map(), bindings, [], new Set(), [GROUP]);
          const direct = new AccessView(new Map(), new Map(), apart);
          expect(byGroup.may('me', operation, about, NOW)).toBe(direct.may('me', operation, about, NOW));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
