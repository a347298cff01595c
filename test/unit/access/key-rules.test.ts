import { describe, expect, it } from '@jest/globals';
import { conditionTest } from '../../../src/access/key-rules/condition-operators.js';
import { globOf } from '../../../src/access/key-rules/glob.js';
import { readKeyPolicy } from '../../../src/access/key-rules/key-policy.js';
import { KeyRules } from '../../../src/access/key-rules/key-rules.js';
import type { KeyRequest } from '../../../src/access/key-rules/key-request.js';
import { kmsAction } from '../../../src/access/key-rules/kms-action.js';
import { OPERATIONS } from '../../../src/access/permissions.js';
import { ACCOUNT, ALICE, ask, BOB, KEY, ROOT } from './key-asked.js';

const statement = (given: object) => ({
  Effect: 'Allow',
  Principal: { AWS: ALICE },
  Action: 'kms:*',
  Resource: '*',
  ...given,
});
const policyOf = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const verdict = (request: KeyRequest, ...statements: object[]) =>
  new KeyRules({ ...KEY, keyPolicy: policyOf(...statements) }).policyOn(request);

const only = (given: object) => (action: string) => verdict(ask(action), statement(given));
const when = (Condition: object, more: Partial<KeyRequest>) => verdict(ask('Encrypt', more), statement({ Condition }));

describe('a key policy', () => {
  it('allows whom it names, hands an account over to its bindings, and is silent to all others', () => {
    expect(verdict(ask('Encrypt'), statement({}))).toBe('allows');
    expect(verdict(ask('Encrypt', { principals: [BOB] }), statement({}))).toBe('silent');
    expect(verdict(ask('Encrypt', { principals: [] }), statement({}))).toBe('silent');
    const accounts = statement({ Principal: { AWS: ROOT } });
    expect(verdict(ask('Encrypt'), accounts)).toBe('delegates');
    expect(verdict(ask('Encrypt', { principals: [] }), accounts)).toBe('delegates');
    expect(verdict(ask('Encrypt', { principals: [ROOT] }), accounts)).toBe('allows');
    expect(verdict(ask('Encrypt'), statement({ Principal: { AWS: ACCOUNT.accountId } }))).toBe('delegates');
    expect(verdict(ask('Encrypt'), statement({ Principal: { AWS: 'arn:aws:iam::000000000002:root' } }))).toBe('silent');
    expect(verdict(ask('Encrypt'), statement({ Principal: { Service: 'logs.amazonaws.com' } }))).toBe('silent');
  });

  it('means by everyone whoever has an access key, and by a deny everyone indeed', () => {
    const [allow, deny] = [statement({ Principal: '*' }), statement({ Principal: { AWS: '*' }, Effect: 'Deny' })];
    expect(verdict(ask('Encrypt'), allow)).toBe('allows');
    expect(verdict(ask('Encrypt', { principals: [] }), allow)).toBe('silent');
    for (const principals of [[], [ALICE], [ROOT]]) {
      expect(verdict(ask('Encrypt', { principals }), allow, deny)).toBe('denies');
      expect(verdict(ask('Encrypt', { principals }), deny, allow)).toBe('denies');
    }
    const denyAccount = statement({ Principal: { AWS: ROOT }, Effect: 'Deny' });
    expect(verdict(ask('Encrypt', { principals: [] }), allow, denyAccount)).toBe('denies');
    expect(verdict(ask('Encrypt', { principals: [BOB] }), allow, statement({ Effect: 'Deny' }))).toBe('allows');
  });

  it('is about actions and keys by their patterns', () => {
    expect(only({ Action: ['kms:Enc*', 'kms:decrypt'] })('Encrypt')).toBe('allows');
    expect(only({ Action: ['kms:Enc*', 'kms:decrypt'] })('Decrypt')).toBe('allows');
    expect(only({ Action: ['kms:Enc*', 'kms:decrypt'] })('Sign')).toBe('silent');
    expect(only({ Action: undefined, NotAction: 'kms:Sign' })('Sign')).toBe('silent');
    expect(only({ Action: undefined, NotAction: 'kms:Sign' })('Verify')).toBe('allows');
    expect(only({ Resource: 'arn:aws:kms:us-east-1:000000000001:key/k' })('Sign')).toBe('allows');
    expect(only({ Resource: 'arn:aws:kms:us-east-1:000000000001:key/other' })('Sign')).toBe('silent');
  });

  it('holds its conditions against what is asked', () => {
    const tenant = { StringEquals: { 'kms:EncryptionContext:tenant': ['a', 'b'] } };
    expect(when(tenant, { context: { tenant: 'b' } })).toBe('allows');
    expect(when(tenant, { context: { tenant: 'c' } })).toBe('silent');
    expect(when(tenant, {})).toBe('silent');
    expect(
      when({ 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['a'] } }, { context: { a: '1', b: '1' } }),
    ).toBe('silent');
    expect(
      when({ 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['a'] } }, { context: { a: '1', b: '1' } }),
    ).toBe('allows');
    expect(when({ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, {})).toBe('allows');
    expect(when({ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { source: '::ffff:192.0.2.1' })).toBe('allows');
    expect(when({ NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, {})).toBe('silent');
    expect(when({ DateLessThan: { 'aws:CurrentTime': '2026-11-21T12:00:01Z' } }, {})).toBe('allows');
    expect(when({ DateLessThan: { 'aws:CurrentTime': '2026-11-21T12:00:00Z' } }, {})).toBe('silent');
    expect(
      when({ StringEquals: { 'aws:ResourceTag/team': 'x' }, Bool: { 'aws:MultiFactorAuthPresent': false } }, {}),
    ).toBe('allows');
    expect(
      when({ StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:CallerAccount': ACCOUNT.accountId } }, {}),
    ).toBe('allows');
    expect(when({ StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/al?ce' } }, {})).toBe('allows');
    expect(when({ Null: { 'kms:ViaService': 'true' } }, {})).toBe('allows');
    expect(
      when(
        { StringEquals: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' } },
        { asked: { facts: { encryptionalgorithm: 'SYMMETRIC_DEFAULT' } } },
      ),
    ).toBe('allows');
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['{"Statement":[]}', 'no Statement'],
    [policyOf(statement({ Effect: 'Maybe' })), 'Effect'],
    [policyOf(statement({ Principal: undefined })), 'Principal'],
    [policyOf(statement({ Principal: { AWS: [] } })), 'empty'],
    [policyOf(statement({ Principal: undefined, NotPrincipal: { AWS: ALICE } })), 'NotPrincipal'],
    [policyOf(statement({ Action: undefined })), 'Action'],
    [policyOf(statement({ Action: 's3:*' })), 'kms alone'],
    [policyOf(statement({ Resource: undefined })), 'Resource'],
    [
      policyOf(statement({ Condition: { StringEquals: { 'kms:ResourceAliases': 'alias/a' } } })),
      'not known at every door',
    ],
    [policyOf(statement({ Condition: { StringMaybe: { 'kms:KeySpec': 'a' } } })), 'not an operator'],
    [policyOf(statement({ Condition: { NumericEquals: { 'kms:KeySpec': 'a' } } })), 'not for its value'],
    [policyOf(statement({ Condition: { 'ForAllValues:StringEquals': { 'kms:KeySpec': 'a' } } })), 'overly permissive'],
    [policyOf(statement({ Condition: { StringEquals: { 'aws:username': '${aws:username}' } } })), 'variables'],
    [JSON.stringify({ Statement: [statement({})], More: 1 }), 'More'],
    [`{"Statement":${JSON.stringify(statement({ Sid: 'x'.repeat(33_000) }))}}`, 'larger'],
  ])('that is not understood whole is refused: %s', (text, why) => {
    expect(() => readKeyPolicy(text)).toThrow(
      expect.objectContaining({ code: 'invalid-key-policy', detail: expect.stringContaining(why) }),
    );
  });

  it('of an account that the keyring no longer stands for means nobody', () => {
    expect(verdict(ask('Encrypt', { account: undefined }), statement({}))).toBe('denies');
  });

  it('has one name for every operation', () => {
    const names = OPERATIONS.map(kmsAction);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(names.filter((name) => /^[A-Z][A-Za-z]+$/.test(name)));
  });
});

describe('condition operators', () => {
  it.each([
    ['StringNotEquals', ['a'], undefined, true],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', ['a'], ['b', 'a'], false],
    ['StringEqualsIfExists', ['a'], undefined, true],
    ['StringEquals', ['a'], undefined, false],
    ['StringEqualsIgnoreCase', ['A'], ['a'], true],
    ['StringNotLike', ['a*'], ['abc'], false],
    ['NumericLessThanEquals', ['5'], ['5'], true],
    ['NumericGreaterThan', ['5'], ['5'], false],
    ['NumericEquals', ['5'], ['x'], false],
    ['DateGreaterThanEquals', ['1700000000'], ['2023-11-14T22:13:20Z'], true],
    ['Bool', ['TRUE'], ['true'], true],
    ['Null', ['false'], ['x'], true],
    ['Null', ['true'], ['x'], false],
    ['ForAllValues:StringEquals', ['a'], [], true],
    ['ForAllValues:StringEquals', ['a'], undefined, true],
    ['ForAnyValue:StringEquals', ['a'], undefined, false],
    ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
    ['IpAddress', ['2001:db8::/32'], ['2001:db8::1'], true],
    ['IpAddress', ['0.0.0.0/0'], ['2001:db8::1'], false],
  ] as const)('%s %j of %j is %s', (name, wanted, given, holds) => {
    expect(conditionTest(name, wanted)?.(given)).toBe(holds);
  });

  it.each([
    ['StringEquals', []],
    ['Equals', ['a']],
    ['Bool', ['yes']],
    ['IpAddress', ['1.2.3.4/33']],
    ['DateEquals', ['soon']],
    ['constructor', ['a']],
  ])('there is no %s %j', (name, wanted) => {
    expect(conditionTest(name, wanted)).toBeUndefined();
  });

  it.each([
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbd', false],
    ['a?c', 'ac', false],
    ['**a', 'ba', true],
    ['a.c', 'abc', false],
    [`${'*a'.repeat(50)}b`, 'a'.repeat(5000), false],
  ])('%s has %s: %s', (pattern, text, holds) => {
    expect(globOf(pattern)(text)).toBe(holds);
  });
});
