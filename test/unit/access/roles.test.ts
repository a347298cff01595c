import { describe, expect, it } from '@jest/globals';
import {
  CRYPTO_OPERATIONS,
  isEverybodys,
  isRoleName,
  OPERATIONS,
  ROLES,
  type OperationName,
  type RoleName,
} from '../../../src/access/permissions.js';
import { SYSTEM_CALLERS } from '../../../src/access/system-callers.js';

const ROLE_NAMES = Object.keys(ROLES).filter(isRoleName);
const USES_KEYS = new Set<OperationName>(CRYPTO_OPERATIONS);

/** Every operation that changes a caller, a right, a keyring, a key or the root. */
const CHANGES = OPERATIONS.filter(
  (name) =>
    /^(key|version|policy|campaign|alias|keyring|caller|token|binding|root)\./.test(name) &&
    !/\.(describe|list|public|usage|exposed|get|simulate|notify|report)$/.test(name),
);

function permissionsOf(role: RoleName): readonly OperationName[] {
  return ROLES[role];
}

function changesOf(role: RoleName): readonly OperationName[] {
  return permissionsOf(role).filter((name) => CHANGES.includes(name));
}

function usesOf(role: RoleName): readonly OperationName[] {
  return permissionsOf(role).filter((name) => USES_KEYS.has(name));
}

describe('the built-in roles', () => {
  it('are those of the design', () => {
    expect(ROLE_NAMES.toSorted()).toEqual([
      'administrator',
      'approver',
      'auditor',
      'crypto-user',
      'decrypt-only',
      'encrypt-only',
      'key-admin',
      'operator',
      'sign-only',
      'verify-only',
    ]);
    for (const name of ['__proto__', 'constructor', 'toString', 'Administrator', ''])
      expect(isRoleName(name)).toBe(false);
  });

  it.each(ROLE_NAMES)('%s holds only operations that exist, each once', (role) => {
    const held = permissionsOf(role);
    expect(held.filter((name) => !OPERATIONS.includes(name))).toEqual([]);
    expect(new Set(held).size).toBe(held.length);
  });

  it.each(ROLE_NAMES)('%s never both uses keys and changes anything', (role) => {
    const held = permissionsOf(role);
    const uses = held.filter((name) => USES_KEYS.has(name));
    const changes = held.filter((name) => CHANGES.includes(name));
    expect(uses.length === 0 || changes.length === 0).toBe(true);
  });

  it('crypto-user has every use of a key, and no permission to administer', () => {
    const held = permissionsOf('crypto-user');
    expect(CRYPTO_OPERATIONS.filter((name) => !held.includes(name))).toEqual([]);
    expect(held.filter((name) => CHANGES.includes(name))).toEqual([]);
    expect(held).not.toContain('audit.read');
    expect(held).not.toContain('key.export');
  });

  it('administrator and key-admin use no key; key-admin touches no right, administrator does not even see a key', () => {
    for (const role of ['administrator', 'key-admin', 'auditor', 'operator'] as const) {
      expect(permissionsOf(role).filter((name) => USES_KEYS.has(name))).toEqual([]);
    }
    expect(changesOf('key-admin').filter((name) => /^(caller|token|binding|keyring|root)\./.test(name))).toEqual([]);
    expect(permissionsOf('administrator').filter((name) => /^(key|version|alias|root)\./.test(name))).toEqual([]);
  });

  it('auditor reads and changes nothing', () => {
    expect(permissionsOf('auditor').filter((name) => CHANGES.includes(name))).toEqual([]);
    expect(permissionsOf('auditor')).toContain('audit.read');
  });

  it('the halves stay halves', () => {
    expect(usesOf('encrypt-only')).not.toContain('decrypt');
    expect(usesOf('encrypt-only')).not.toContain('re-encrypt');
    expect(usesOf('decrypt-only')).toEqual(['decrypt', 'decapsulate']);
    expect(usesOf('sign-only')).toEqual(['sign', 'mac']);
    expect(usesOf('verify-only')).toEqual(['verify', 'verify-mac']);
  });

  it('nobody but the service itself destroys keys', () => {
    const holders = ROLE_NAMES.filter((role) => permissionsOf(role).includes('key.destroy'));
    expect(holders).toEqual([]);
    expect(SYSTEM_CALLERS['system:lifecycle']).toContain('key.destroy');
  });

  it('only what is about oneself is everybody’s, and the authority’s certificate', () => {
    const certificates = ['pki.describe', 'certificate.request', 'certificate.describe', 'certificate.renew'];
    const account = ['person.enrol', 'person.confirm', 'session.create', 'password.change', 'recovery-codes.create'];
    expect(OPERATIONS.filter(isEverybodys)).toEqual(['whoami', 'session.end', ...certificates, ...account]);
  });
});
