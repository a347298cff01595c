import { describe, expect, it } from '@jest/globals';
import { KeyRules } from '../../../src/access/key-rules/key-rules.js';
import type { KeyRequest } from '../../../src/access/key-rules/key-request.js';
import type { KeyGrant } from '../../../src/keys/key-grant.js';
import { ALICE, ask, BOB, KEY, ROOT } from './key-asked.js';

const GRANT: KeyGrant = {
  id: 'g',
  name: null,
  grantee: ALICE,
  retiring: BOB,
  operations: ['Encrypt', 'Decrypt', 'DescribeKey', 'CreateGrant'],
  constraints: { subset: { tenant: 'a' } },
  issuedBy: ROOT,
  createdAt: '2026-01-01T00:00:00.000Z',
};
const allowed = (request: KeyRequest, grant: Partial<KeyGrant> = {}) =>
  new KeyRules({ ...KEY, grants: [{ ...GRANT, ...grant }] }).grantsFor(request).length > 0;
const context = { tenant: 'a', more: '1' };

const retire = (principal: string, grant = 'g') => ask('RetireGrant', { principals: [principal], asked: { grant } });
const make = (operations: string[], constraints: KeyGrant['constraints'], by: Partial<KeyGrant> = {}) =>
  allowed(ask('CreateGrant', { asked: { newGrant: { operations, constraints } } }), by);

describe('a grant', () => {
  it('is for its grantee, its operations and its constraints', () => {
    expect(allowed(ask('Encrypt', { context }))).toBe(true);
    expect(allowed(ask('Encrypt', { context, principals: [BOB] }))).toBe(false);
    expect(allowed(ask('Sign', { context }))).toBe(false);
    expect(allowed(ask('Encrypt', { context: { tenant: 'b' } }))).toBe(false);
    expect(allowed(ask('Encrypt'))).toBe(false);
    expect(allowed(ask('DescribeKey'))).toBe(true);
    const equals = { constraints: { equals: { tenant: 'a' } } };
    expect(allowed(ask('Encrypt', { context: { tenant: 'a' } }), equals)).toBe(true);
    expect(allowed(ask('Encrypt', { context }), equals)).toBe(false);
    expect(allowed(ask('Encrypt', { context, account: undefined }))).toBe(false);
  });

  it('is retired by its retiring principal, or by its grantee where it says so', () => {
    expect(allowed(retire(BOB))).toBe(true);
    expect(allowed(retire(BOB, 'h'))).toBe(false);
    expect(allowed(retire(ALICE))).toBe(false);
    expect(allowed(retire(ALICE), { operations: ['RetireGrant'] })).toBe(true);
  });

  it('makes no grant that allows more than it does', () => {
    expect(make(['Encrypt'], { subset: { tenant: 'a', b: '1' } })).toBe(true);
    expect(make(['Encrypt'], { equals: { tenant: 'a' } })).toBe(true);
    expect(make(['Encrypt'], { equals: { other: 'a' } })).toBe(false);
    expect(make(['Encrypt'], null)).toBe(false);
    expect(make(['Encrypt', 'Sign'], { subset: { tenant: 'a' } })).toBe(false);
    expect(make(['Encrypt'], { subset: { tenant: 'a' } }, { constraints: { equals: { tenant: 'a' } } })).toBe(false);
    expect(make(['Encrypt'], null, { constraints: null })).toBe(true);
    expect(make(['Encrypt'], null, { constraints: null, operations: ['Encrypt'] })).toBe(false);
  });
});
