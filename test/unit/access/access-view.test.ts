import { describe, expect, it } from '@jest/globals';
import { AccessView } from '../../../src/access/access-view.js';
import type { Resource } from '../../../src/access/grant.js';
import type { OperationName } from '../../../src/access/permissions.js';
import type { BindingRow, RoleRow } from '../../../src/access/records.js';
import { OPERATIONS, ROLES, isEverybodys } from '../../../src/access/permissions.js';

const EVERYBODYS = OPERATIONS.filter(isEverybodys);

const NOW = 1_000_000;
const INSTALL: Resource = { kind: 'install' };
const RING_A: Resource = { kind: 'keyring', keyringId: 'a' };
const RING_B: Resource = { kind: 'keyring', keyringId: 'b' };
const KEY_A1: Resource = { kind: 'key', keyringId: 'a', keyId: '1', tags: {} };
const KEY_A2: Resource = { kind: 'key', keyringId: 'a', keyId: '2', tags: {} };
const KEY_B1: Resource = { kind: 'key', keyringId: 'b', keyId: '1', tags: {} };
const ALL = [INSTALL, RING_A, RING_B, KEY_A1, KEY_A2, KEY_B1];

function bind(more: Partial<BindingRow>): BindingRow {
  return {
    id: 'binding',
    callerId: 'app',
    role: 'crypto-user',
    effect: 'allow',
    scope: { everything: true },
    expiresAt: null,
    removedAt: null,
    createdAt: new Date(0),
    revision: 1,
    ...more,
  };
}

function viewOf(...bindings: BindingRow[]): AccessView {
  return new AccessView(new Map(), new Map(), bindings);
}

function viewWith(roles: RoleRow[], ...bindings: BindingRow[]): AccessView {
  return new AccessView(new Map(), new Map(), bindings, roles);
}

function allowed(view: AccessView, operation: OperationName = 'encrypt', callerId = 'app'): Resource[] {
  return ALL.filter((resource) => view.may(callerId, operation, resource, NOW));
}

describe('what a caller may do', () => {
  it('is nothing without a binding, but for what is everybody’s', () => {
    const view = viewOf(bind({ callerId: 'other' }));
    const may = OPERATIONS.filter((operation) => ALL.some((resource) => view.may('app', operation, resource, NOW)));
    expect(may).toEqual(EVERYBODYS);
    expect(OPERATIONS.filter((operation) => view.mayAnywhere('app', operation, NOW))).toEqual(EVERYBODYS);
  });

  it('is exactly the operations of the role', () => {
    const view = viewOf(bind({ role: 'verify-only' }));
    const may = OPERATIONS.filter((operation) => view.may('app', operation, INSTALL, NOW));
    expect(may.toSorted()).toEqual([...ROLES['verify-only'], ...EVERYBODYS].toSorted());
  });

  it.each([
    [{ everything: true } as const, ALL],
    [{ keyring: 'a' }, [RING_A, KEY_A1, KEY_A2]],
    [{ keyring: 'a', key: '1' }, [KEY_A1]],
  ])('holds in its scope %j and nowhere else', (scope, expected) => {
    expect(allowed(viewOf(bind({ scope })))).toEqual(expected);
  });

  it('is denied by a deny, whatever allows it, and in whatever order they come', () => {
    const allow = bind({});
    const deny = bind({ effect: 'deny', scope: { keyring: 'a' } });
    for (const view of [viewOf(allow, deny), viewOf(deny, allow)]) {
      expect(allowed(view)).toEqual([INSTALL, RING_B, KEY_B1]);
    }
    expect(allowed(viewOf(allow, bind({ effect: 'deny', scope: { keyring: 'a', key: '1' } })))).not.toContain(KEY_A1);
    expect(allowed(viewOf(allow, bind({ effect: 'deny' })))).toEqual([]);
  });

  it('is denied only as far as the role of the deny goes', () => {
    const view = viewOf(bind({}), bind({ effect: 'deny', role: 'decrypt-only' }));
    expect(allowed(view, 'decrypt')).toEqual([]);
    expect(allowed(view, 'encrypt')).toEqual(ALL);
  });

  it('ends at the moment a binding expires, and so does a deny', () => {
    const ending = viewOf(bind({ expiresAt: new Date(NOW) }));
    expect(ending.may('app', 'encrypt', INSTALL, NOW - 1)).toBe(true);
    expect(ending.may('app', 'encrypt', INSTALL, NOW)).toBe(false);
    expect(ending.mayAnywhere('app', 'encrypt', NOW)).toBe(false);
    const denied = viewOf(bind({}), bind({ effect: 'deny', expiresAt: new Date(NOW) }));
    expect(denied.may('app', 'encrypt', INSTALL, NOW - 1)).toBe(false);
    expect(denied.may('app', 'encrypt', INSTALL, NOW)).toBe(true);
  });

  it('is nothing by a binding that was removed, or of a role that does not exist', () => {
    expect(allowed(viewOf(bind({ removedAt: new Date(0) })))).toEqual([]);
    expect(allowed(viewOf(bind({ role: 'root' })))).toEqual([]);
    expect(allowed(viewOf(bind({ role: '__proto__' })))).toEqual([]);
  });
});

const tagged = (tags: Record<string, string>, keyringId = 'a'): Resource => ({
  kind: 'key',
  keyringId,
  keyId: '1',
  tags,
});
const mayUse = (view: AccessView, resource: Resource) => view.may('app', 'encrypt', resource, NOW);

describe('a tag selector', () => {
  const scope = { keyring: 'a', tags: { team: 'shop', stage: 'live' } };

  it('holds for the keys of the keyring that have all the tags, and for nothing else', () => {
    const view = viewOf(bind({ scope }));
    expect(mayUse(view, tagged({ team: 'shop', stage: 'live', more: 'x' }))).toBe(true);
    expect(mayUse(view, tagged({ team: 'shop' }))).toBe(false);
    expect(mayUse(view, tagged({ team: 'shop', stage: 'test' }))).toBe(false);
    expect(mayUse(view, tagged({ team: 'shop', stage: 'live' }, 'b'))).toBe(false);
    expect(allowed(view)).toEqual([]);
    expect(mayUse(viewOf(bind({ scope: { keyring: 'a', tags: { constructor: 'x' } } })), tagged({}))).toBe(false);
  });

  it('denies those keys and no others', () => {
    const view = viewOf(bind({}), bind({ scope, effect: 'deny' }));
    expect(mayUse(view, tagged({ team: 'shop', stage: 'live' }))).toBe(false);
    expect(mayUse(view, tagged({ team: 'shop' }))).toBe(true);
    expect(allowed(view)).toEqual(ALL);
  });
});

describe('custom roles', () => {
  const role: RoleRow = {
    id: 'r',
    name: 'rotator',
    permissions: ['key.rotate'],
    removedAt: null,
    createdAt: new Date(0),
    revision: 1,
  };

  it('allow just their permissions', () => {
    const view = viewWith([role], bind({ role: 'rotator' }));
    const may = OPERATIONS.filter((operation) => view.may('app', operation, INSTALL, NOW));
    expect(may).toEqual(['key.rotate', ...EVERYBODYS]);
  });

  it('allow nothing once removed, and never take the place of a built-in role', () => {
    expect(allowed(viewWith([{ ...role, removedAt: new Date(0) }], bind({ role: 'rotator' })), 'key.rotate')).toEqual(
      [],
    );
    const posing = viewWith([{ ...role, name: 'auditor' }], bind({ role: 'auditor' }));
    expect(posing.may('app', 'key.rotate', INSTALL, NOW)).toBe(false);
    expect(posing.may('app', 'audit.read', INSTALL, NOW)).toBe(true);
  });
});

describe('the coarse gate', () => {
  it('never refuses what the fine decision allows', () => {
    const scopes = [{ everything: true } as const, { keyring: 'a' }, { keyring: 'b', key: '1' }];
    const bindings = Object.keys(ROLES).flatMap((role, at) =>
      scopes.map((scope) => bind({ role, scope, effect: at % 3 === 0 ? 'deny' : 'allow' })),
    );
    for (const binding of bindings) {
      const view = viewOf(binding, ...bindings.slice(0, 3));
      for (const operation of OPERATIONS) {
        if (allowed(view, operation).length > 0) expect(view.mayAnywhere('app', operation, NOW)).toBe(true);
      }
    }
  });

  it('does not open by a deny', () => {
    expect(viewOf(bind({ effect: 'deny' })).mayAnywhere('app', 'encrypt', NOW)).toBe(false);
  });
});

describe('the bindings of a caller', () => {
  it('are those that hold now, with effect and scope', () => {
    const view = viewOf(
      bind({ role: 'auditor', scope: { keyring: 'a' } }),
      bind({ role: 'operator', expiresAt: new Date(NOW) }),
      bind({ effect: 'deny' }),
    );
    expect(view.bindingsOf('app', NOW)).toMatchObject([
      { role: 'auditor', effect: 'allow', scope: { keyring: 'a' } },
      { role: 'crypto-user', effect: 'deny', scope: { everything: true } },
    ]);
    expect(view.bindingsOf('nobody', NOW)).toEqual([]);
  });
});
