import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { readFields } from '../../../src/doors/rest/read-fields.js';
import { createBindingBody, createTokenBody } from '../../../src/doors/rest/schemas/access.js';
import { createRoleBody } from '../../../src/doors/rest/schemas/roles.js';
import { decryptBody, signBody } from '../../../src/doors/rest/schemas/crypto.js';
import { createKeyBody, listKeysQuery } from '../../../src/doors/rest/schemas/keys.js';
import { IN_VERSION } from '../../../src/doors/rest/schemas/paths.js';
import { isKmsError } from '../../../src/errors.js';

function refusal(schema: z.ZodType<object>, value: unknown, where?: string): string {
  try {
    readFields(schema, value, where);
  } catch (error) {
    if (isKmsError(error, 'invalid-request')) return error.detail;
    throw error;
  }
  return 'accepted';
}

describe('fields of requests', () => {
  it('become what operations take', () => {
    expect(readFields(decryptBody, { ciphertext: 'AAH/' })).toEqual({ ciphertext: Buffer.from([0, 1, 255]) });
    expect(readFields(IN_VERSION, { keyring: 'r', key: 'k', version: '3' })).toEqual({
      keyring: 'r',
      key: 'k',
      version: 3,
    });
    expect(readFields(createKeyBody, { notBefore: '2030-01-31T12:00:00+02:00' })).toEqual({
      notBefore: new Date('2030-01-31T10:00:00Z'),
    });
  });

  it.each([
    ['90d', 7_776_000],
    ['12h', 43_200],
    ['30m', 1800],
    ['45s', 45],
    ['2w', 1_209_600],
    [3600, 3600],
  ])('durations: %s', (expiresIn, seconds) => {
    expect(readFields(createTokenBody, { expiresIn })).toEqual({ expiresIn: seconds });
  });

  it.each(['', '90', 'd', '-1d', '1.5h', '0d', '1y', ' 1d', 1.5, null])('no durations: %j', (expiresIn) => {
    expect(refusal(createTokenBody, { expiresIn })).toMatch(/^expiresIn: must be/);
  });

  it.each([
    ['2030-01-31', 'no time'],
    ['2030-01-31T12:00:00', 'no offset'],
    ['2030-02-31T12:00:00Z', 'no such day'],
    ['tomorrow', 'no date'],
  ])('no times: %s (%s)', (notBefore) => {
    expect(refusal(createKeyBody, { notBefore })).toMatch(/^notBefore: must be a time in ISO 8601/);
  });

  it.each([
    [{ everything: true }, undefined],
    [{ keyring: 'default' }, undefined],
    [{ keyring: 'default', key: 'orders' }, undefined],
    [{ keyring: 'default', tags: { team: 'shop' } }, undefined],
    [{ keyring: 'default', key: 'orders', tags: { team: 'shop' } }, 'scope: must be {'],
    [{ everything: false }, 'scope: must be {'],
    [{ everything: true, keyring: 'default' }, 'scope: must be {'],
    [{ key: 'orders' }, 'scope: must be {'],
    ['default', 'scope: must be {'],
  ])('scopes of bindings: %j', (scope, reason) => {
    const answer = refusal(createBindingBody, { caller: 'a', role: 'auditor', scope });
    expect(answer).toContain(reason ?? 'accepted');
  });

  it('name the words that there are', () => {
    expect(refusal(createKeyBody, { spec: 'aes-512' })).toMatch(/^spec: must be one of aes-256-xaes, /);
    expect(refusal(createRoleBody, { name: 'a', permissions: ['fly'] })).toBe(
      'permissions[0]: must be the name of an operation that a role may hold',
    );
  });

  it('want exactly one of message and digest', () => {
    expect(refusal(signBody, {})).toContain('give either message or digest');
    expect(refusal(signBody, { message: '', digest: '' })).toContain('give either message or digest');
    expect(refusal(signBody, { message: '' })).toBe('accepted');
  });

  it.each(['0', '1001', '-1', '1e2', '0x10', '', ' 1', '9'.repeat(30)])(
    'a limit is from 1 to 1,000: not %j',
    (limit) => {
      expect(refusal(listKeysQuery, { limit }, 'query')).toBe('query.limit: must be a whole number from 1 to 1000');
    },
  );

  it.each(['\0', 'a\nb', '\ud800'])('no text with %j in it', (text) => {
    expect(refusal(IN_VERSION, { keyring: 'r', key: `k${text}`, version: '1' }, 'path')).toMatch(/^path.key: /);
  });

  it('list three problems and count the rest', () => {
    const detail = refusal(createKeyBody, { name: 1, spec: 2, usage: 3, description: 4, exportable: 5 });
    expect(detail.split('; ')).toHaveLength(4);
    expect(detail).toMatch(/; and 2 more$/);
  });

  it('do not repeat long names whole', () => {
    expect(refusal(createKeyBody, { ['x'.repeat(5000)]: 1 }).length).toBeLessThan(200);
  });
});
