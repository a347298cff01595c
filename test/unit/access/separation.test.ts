import { describe, expect, it } from '@jest/globals';
import { AccessView } from '../../../src/access/access-view.js';
import type { Resource } from '../../../src/access/grant.js';
import type { OperationName } from '../../../src/access/permissions.js';
import type { BindingRow, RoleRow } from '../../../src/access/records.js';

const NOW = 1_000_000;
const A = { keyring: 'a' };
const EVERYTHING = { everything: true } as const;

let made = 0;

function bind(role: string, scope: BindingRow['scope'], more: Partial<BindingRow> = {}): BindingRow {
  const row = { callerId: 'eve', role, effect: 'allow', scope, expiresAt: null, removedAt: null } as const;
  return { id: `binding-${++made}`, ...row, createdAt: new Date(0), revision: 1, ...more };
}

function role(name: string, permissions: OperationName[]): RoleRow {
  return { id: name, name, permissions, removedAt: null, createdAt: new Date(0), revision: 1 };
}

const ROLES = [role('rotator', ['key.rotate']), role('opener', ['decrypt']), role('both', ['key.rotate', 'decrypt'])];

function viewOf(bindings: BindingRow[], unseparated: string[] = []): AccessView {
  return new AccessView(new Map(), new Map(), bindings, ROLES, new Set(unseparated));
}

function key(keyringId: string): Resource {
  return { kind: 'key', keyringId, keyId: '1', tags: {} };
}

describe('a new binding breaks the separation of duties', () => {
  it.each([
    ['administrator', EVERYTHING, 'crypto-user', A],
    ['crypto-user', A, 'key-admin', A],
    ['key-admin', A, 'verify-only', { keyring: 'a', key: '1' }],
    ['crypto-user', { keyring: 'a', tags: { team: 'x' } }, 'key-admin', { keyring: 'a', key: '2' }],
    ['rotator', A, 'opener', EVERYTHING],
    ['opener', EVERYTHING, 'administrator', EVERYTHING],
  ] as const)('%s %o, then %s %o', (held, where, added, there) => {
    const before = bind(held, where);
    expect(viewOf([before]).conflictWith(bind(added, there), NOW)).toMatchObject({ id: before.id });
  });

  it('by a role of its own that holds both', () => {
    const added = bind('both', A);
    expect(viewOf([]).conflictWith(added, NOW)).toBe(added);
  });

  it('only if holder and keyring are the same, both are alive, and none is a deny', () => {
    const fine = [
      bind('administrator', EVERYTHING, { callerId: 'adam' }),
      bind('key-admin', { keyring: 'b' }),
      bind('key-admin', A, { expiresAt: new Date(NOW) }),
      bind('key-admin', A, { removedAt: new Date(NOW) }),
      bind('key-admin', A, { effect: 'deny' }),
      bind('auditor', EVERYTHING),
      bind('approver', A),
      bind('operator', EVERYTHING),
      bind('decrypt-only', A),
    ];
    expect(viewOf(fine).conflictWith(bind('crypto-user', A), NOW)).toBeUndefined();
    const deny = bind('crypto-user', A, { effect: 'deny' });
    expect(viewOf([bind('key-admin', A)]).conflictWith(deny, NOW)).toBeUndefined();
  });

  it('not in a keyring whose setting says so, but in every other one', () => {
    const held = [bind('administrator', EVERYTHING)];
    expect(viewOf(held, ['a']).conflictWith(bind('crypto-user', A), NOW)).toBeUndefined();
    expect(viewOf(held, ['a']).conflictWith(bind('crypto-user', { keyring: 'b' }), NOW)).toBeDefined();
    expect(viewOf(held, ['a']).conflictWith(bind('crypto-user', EVERYTHING), NOW)).toBeDefined();
    expect(viewOf([], ['a']).conflictWith(bind('both', A), NOW)).toBeUndefined();
  });

  it('whatever the conditions of the two', () => {
    const night = { conditions: { notBefore: '2099-01-01T00:00:00Z' } };
    expect(viewOf([bind('key-admin', A, night)]).conflictWith(bind('opener', A), NOW)).toBeDefined();
  });
});

describe('at the moment of the call', () => {
  it.each(['encrypt', 'decrypt', 'sign', 'verify', 'data-key', 're-encrypt', 'decapsulate'] as const)(
    '%s is refused to whoever administers the keyring too, however the bindings got there',
    (operation) => {
      const view = viewOf([bind('administrator', EVERYTHING), bind('crypto-user', EVERYTHING)], ['b']);
      expect(view.may('eve', operation, key('a'), NOW)).toBe(false);
      expect(view.may('eve', operation, key('b'), NOW)).toBe(true);
    },
  );

  it('the rest stays: administering, describing, random bytes', () => {
    const view = viewOf([bind('key-admin', A), bind('crypto-user', A)]);
    expect(view.may('eve', 'key.rotate', key('a'), NOW)).toBe(true);
    expect(view.may('eve', 'key.describe', key('a'), NOW)).toBe(true);
    expect(view.may('eve', 'random', { kind: 'anywhere' }, NOW)).toBe(true);
    expect(view.administeringBinding('eve', 'decrypt', key('a'), NOW)).toMatchObject({ role: 'key-admin' });
  });

  it('a custom role counts by its permissions, and an administering binding counts until it ends', () => {
    const rotator = bind('rotator', { keyring: 'a', key: '2' }, { expiresAt: new Date(NOW + 1) });
    const view = viewOf([rotator, bind('opener', A)]);
    expect(view.may('eve', 'decrypt', key('a'), NOW)).toBe(false);
    expect(view.may('eve', 'decrypt', key('a'), NOW + 1)).toBe(true);
  });
});
