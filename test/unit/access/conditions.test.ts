import { describe, expect, it } from '@jest/globals';
import { AccessView } from '../../../src/access/access-view.js';
import type { Resource } from '../../../src/access/grant.js';
import {
  compileConditions,
  isNetwork,
  NO_ATTRIBUTES,
  type Attributes,
  type Conditions,
} from '../../../src/access/conditions.js';
import type { BindingRow } from '../../../src/access/records.js';

const NOW = Date.UTC(2026, 0, 1);

function met(conditions: Conditions, attributes: Partial<Attributes> = {}, now = NOW): boolean {
  const test = compileConditions(conditions, 'allow');
  if (!test) throw new Error('there are conditions');
  return test({ ...NO_ATTRIBUTES, ...attributes }, now);
}

describe('conditions', () => {
  it('are none where there are none', () => {
    expect(compileConditions(null, 'allow')).toBeUndefined();
    expect(compileConditions({}, 'deny')).toBeUndefined();
  });

  it.each<[Conditions['context'], Attributes['context'], boolean]>([
    [{ equals: { tenant: 'acme' } }, { tenant: 'acme' }, true],
    [{ equals: { tenant: 'acme' } }, { tenant: 'acme', file: '1' }, true],
    [{ equals: { tenant: 'acme' } }, { tenant: 'other' }, false],
    [{ equals: { tenant: 'acme' } }, {}, false],
    [{ equals: { tenant: 'acme' } }, undefined, false],
    [{ equals: { tenant: 'acme', file: '1' } }, { tenant: 'acme' }, false],
    [{ equals: { toString: '' } }, {}, false],
    [{ subset: ['tenant', 'file'] }, { tenant: 'any' }, true],
    [{ subset: ['tenant', 'file'] }, { tenant: 'any', user: '1' }, false],
    [{ subset: ['tenant'] }, undefined, true],
    [{ subset: [] }, { a: '' }, false],
    [{ equals: { tenant: 'acme' }, subset: ['tenant'] }, { tenant: 'acme', file: '1' }, false],
    [{ equals: { tenant: 'acme' }, subset: ['tenant'] }, { tenant: 'acme' }, true],
  ])('context %j, given %j: %s', (wanted, context, expected) => {
    expect(met(wanted ? { context: wanted } : {}, { context })).toBe(expected);
  });

  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::1', '::1', true],
    ['10.0.0.0/8', null, false],
    ['10.0.0.0/8', 'not an address', false],
  ])('network %s, from %s: %s', (network, source, expected) => {
    expect(met({ sourceNetworks: ['198.51.100.0/24', network] }, { source })).toBe(expected);
  });

  it('know a network when they see one', () => {
    for (const good of ['10.0.0.0/8', '::/0', '2001:db8::/128', '192.0.2.1']) expect(isNetwork(good)).toBe(true);
    for (const bad of [
      '',
      '10.0.0.0/33',
      '10.0.0/8',
      '::/129',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '10.0.0.0/-1',
      'fe80::1%eth0',
    ])
      expect(isNetwork(bad)).toBe(false);
  });

  it('hold from their moment on', () => {
    const conditions = { notBefore: new Date(NOW).toISOString() };
    expect([met(conditions, {}, NOW - 1), met(conditions, {}, NOW)]).toEqual([false, true]);
  });

  it('look at the door and at the strength', () => {
    expect(met({ doors: ['rest'] }, { door: 'rest' })).toBe(true);
    expect(met({ doors: ['rest'] }, { door: 'clock' })).toBe(false);
    expect(met({ authentication: ['mfa'] }, { strength: 'mfa' })).toBe(true);
    expect(met({ authentication: ['mfa'] }, { strength: 'mtls' })).toBe(false);
    expect(met({ authentication: ['mfa', 'mtls'] }, { strength: 'mtls' })).toBe(true);
    expect(met({ authentication: ['mfa', 'mtls'] })).toBe(false);
  });

  it('must all be met', () => {
    const conditions: Conditions = { doors: ['rest'], sourceNetworks: ['10.0.0.0/8'], context: { equals: { a: '1' } } };
    const all = { door: 'rest', source: '10.0.0.1', context: { a: '1' } };
    expect(met(conditions, all)).toBe(true);
    for (const one of [{ door: 'x' }, { source: '11.0.0.1' }, { context: {} }]) {
      expect(met(conditions, { ...all, ...one })).toBe(false);
    }
  });

  it('of a newer version of the service are decided against the caller', () => {
    const unknown = { moonPhase: 'full' } as Conditions;
    expect(compileConditions(unknown, 'allow')?.(NO_ATTRIBUTES, NOW)).toBe(false);
    expect(compileConditions(unknown, 'deny')?.(NO_ATTRIBUTES, NOW)).toBe(true);
  });
});

const bind = (more: Partial<BindingRow>): BindingRow => ({
  id: 'b',
  callerId: 'app',
  role: 'crypto-user',
  effect: 'allow',
  scope: { keyring: 'a' },
  expiresAt: null,
  removedAt: null,
  createdAt: new Date(0),
  revision: 1,
  ...more,
});

describe('a binding with conditions', () => {
  const KEY: Resource = { kind: 'key', keyringId: 'a', keyId: '1', tags: {} };
  const inside: Attributes = { ...NO_ATTRIBUTES, source: '10.0.0.1' };
  const outside: Attributes = { ...NO_ATTRIBUTES, source: '192.0.2.1' };
  const conditions = { sourceNetworks: ['10.0.0.0/8'] };
  const decide = (bindings: BindingRow[], attributes?: Attributes) =>
    new AccessView(new Map(), new Map(), bindings).may('app', 'encrypt', KEY, NOW, attributes);

  it('allows where they are met, and not where nothing is known', () => {
    const bindings = [bind({ conditions })];
    expect([decide(bindings, inside), decide(bindings, outside), decide(bindings)]).toEqual([true, false, false]);
  });

  it('denies only where they are met', () => {
    const bindings = [bind({}), bind({ effect: 'deny', conditions })];
    expect([decide(bindings, inside), decide(bindings, outside)]).toEqual([false, true]);
  });

  it('passes the coarse gate whatever they say', () => {
    const view = new AccessView(new Map(), new Map(), [bind({ conditions })]);
    expect(view.mayAnywhere('app', 'encrypt', NOW)).toBe(true);
  });

  it('costs little: this says how much', () => {
    const all: Conditions = {
      context: { equals: { tenant: 'acme' }, subset: ['tenant', 'file'] },
      sourceNetworks: ['198.51.100.0/24', '10.0.0.0/8'],
      doors: ['rest'],
      notBefore: new Date(0).toISOString(),
    };
    const attributes: Attributes = {
      source: '10.1.2.3',
      door: 'rest',
      strength: 'single',
      context: { tenant: 'acme' },
    };
    const view = new AccessView(new Map(), new Map(), [bind({ conditions: all }), bind({ role: 'auditor' })]);
    let allowed = 0;
    const rounds = 50_000;
    const from = performance.now();
    for (let round = 0; round < rounds; round++) if (view.may('app', 'encrypt', KEY, NOW, attributes)) allowed += 1;
    const micros = ((performance.now() - from) * 1000) / rounds;
    expect(allowed).toBe(rounds);
    console.log(`a check of five conditions takes ${micros.toFixed(2)} µs`);
  });
});
