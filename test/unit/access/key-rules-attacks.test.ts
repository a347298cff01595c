import { expect, it } from '@jest/globals';
import { AccessView } from '../../../src/access/access-view.js';
import { conditionTest } from '../../../src/access/key-rules/condition-operators.js';
import { readKeyPolicy } from '../../../src/access/key-rules/key-policy.js';
import type { KeyRequest } from '../../../src/access/key-rules/key-request.js';
import { KeyRules } from '../../../src/access/key-rules/key-rules.js';
import type { CallerRow } from '../../../src/access/records.js';
import type { KeyringRow } from '../../../src/keys/records.js';
import { ACCOUNT, ask as askKey, BOB, KEY, ROOT } from './key-asked.js';

const BOB_ELSEWHERE = 'arn:aws:iam::000000000002:user/bob';
const ALLOW = { Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' };
const denies = (given: object) => rules(ALLOW, { ...ALLOW, Effect: 'Deny', ...given });

function rules(...Statement: object[]): KeyRules {
  return new KeyRules({ ...KEY, keyPolicy: JSON.stringify({ Statement }) });
}
const ask = (more: Partial<KeyRequest>) => askKey('Encrypt', { principals: [BOB], ...more });

it('a deny goes on when the access key of whom it names ends', () => {
  const denied = denies({ Principal: { AWS: BOB } });
  expect(denied.policyOn(ask({}))).toBe('denies');
  expect(denied.policyOn(ask({ principals: [], names: [BOB] }))).toBe('denies');
  expect(denied.policyOn(ask({ principals: [BOB_ELSEWHERE], names: [BOB] }))).toBe('denies');
  expect(denied.policyOn(ask({ principals: [], names: [`${BOB}2`] }))).toBe('delegates');
  const byCondition = denies({ Condition: { ArnLike: { 'aws:PrincipalArn': '*:user/bob' } } });
  expect(byCondition.policyOn(ask({ principals: [], names: [BOB] }))).toBe('denies');
  const allBut = denies({ Condition: { ArnNotLike: { 'aws:PrincipalArn': '*:user/bob' } } });
  expect(allBut.policyOn(ask({ principals: [], names: [BOB] }))).toBe('denies');
  expect(allBut.policyOn(ask({ names: [BOB] }))).toBe('delegates');
  expect(rules({ ...ALLOW, Principal: { AWS: BOB } }).policyOn(ask({ principals: [], names: [BOB] }))).toBe('silent');
});

it('a deny reaches a caller that comes by another credential', () => {
  const at = new Date(0);
  const bob: CallerRow = { id: 'b', name: 'bob', type: 'service', state: 'enabled', createdAt: at, revision: 1 };
  const keyring = { id: 'r', awsAccount: ACCOUNT } as KeyringRow;
  const binding = { id: '1', callerId: 'b', role: 'crypto-user', effect: 'allow', scope: { keyring: 'r' } } as const;
  const bindings = [{ ...binding, expiresAt: null, removedAt: null, createdAt: at, revision: 1 }];
  const view = new AccessView(new Map([['b', bob]]), new Map(), bindings, [], new Set(['r']), [], [keyring]);
  const resource = { kind: 'key', keyringId: 'r', keyId: 'k', tags: {} } as const;
  expect(view.may('b', 'encrypt', { ...resource, rules: rules(ALLOW) }, 0)).toBe(true);
  expect(view.may('b', 'encrypt', { ...resource, rules: denies({ Principal: { AWS: BOB } }) }, 0)).toBe(false);
});

it('a condition is about who somebody is in the account of the key', () => {
  const denied = denies({ Condition: { ArnEquals: { 'aws:PrincipalArn': BOB } } });
  expect(denied.policyOn(ask({ principals: [BOB_ELSEWHERE, BOB] }))).toBe('denies');
  const foreign = denies({ Condition: { StringNotEquals: { 'kms:CallerAccount': ACCOUNT.accountId } } });
  expect(foreign.policyOn(ask({ principals: [BOB_ELSEWHERE, BOB] }))).toBe('delegates');
  expect(foreign.policyOn(ask({ principals: [BOB_ELSEWHERE] }))).toBe('denies');
});

it('an empty encryption context is none', () => {
  const denied = denies({ Condition: { Null: { 'kms:EncryptionContextKeys': 'true' } } });
  expect(denied.policyOn(ask({ context: {} }))).toBe('denies');
  expect(denied.policyOn(ask({ context: { a: 'b' } }))).toBe('delegates');
  expect(conditionTest('StringEqualsIfExists', ['a'])?.([])).toBe(true);
  expect(conditionTest('Null', ['false'])?.([])).toBe(false);
});

it.each([
  ['a member twice', '{"Statement":{"Effect":"Deny","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}'],
  ['__proto__', '{"Statement":{"__proto__":{},"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}'],
  ['depth', `{"Statement":${'['.repeat(16_000)}${']'.repeat(16_000)}}`],
])('a key policy with %s is refused', (_what, text) => {
  expect(() => readKeyPolicy(text)).toThrow(expect.objectContaining({ code: 'invalid-key-policy' }));
});
