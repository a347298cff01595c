import { describe, expect, it } from '@jest/globals';
import { isLoopback, readConfig } from '../../../src/config/config.js';
import { SETTINGS } from '../../../src/config/settings.js';
import { isKmsError } from '../../../src/errors.js';

/** @returns the sentence of the refusal */
function refusalOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (isKmsError(error, 'invalid-setting')) return error.detail;
    throw error;
  }
  throw new Error('was accepted');
}

const withIssuers = (issuers: unknown) => ({ KEYSTEAD_OIDC_ISSUERS: JSON.stringify(issuers) });
const EXTERNAL = 'postgres://keystead@db.example/keystead';

describe('readConfig', () => {
  it('needs nothing', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      KEYSTEAD_HOST: '127.0.0.1',
      KEYSTEAD_PORT: 7300,
      KEYSTEAD_DATA_DIR: '.keystead',
      KEYSTEAD_METRICS: 'off',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty variable as unset, and leaves foreign ones alone', () => {
    expect(readConfig({ KEYSTEAD_PORT: '', KEYSTEAD_DATABASE_URL: '', PATH: '/bin' })).toEqual(readConfig({}));
  });

  it('reads numbers and flags', () => {
    const config = readConfig({ KEYSTEAD_PORT: '0', KEYSTEAD_VAULT_ALLOW_HTTP: 'true' });
    expect(config.KEYSTEAD_PORT).toBe(0);
    expect(config.KEYSTEAD_VAULT_ALLOW_HTTP).toBe(true);
  });

  it.each<[keyof typeof SETTINGS, string]>([
    ['KEYSTEAD_PORT', '65536'],
    ['KEYSTEAD_PORT', '-1'],
    ['KEYSTEAD_PORT', '73oo'],
    ['KEYSTEAD_PORT', '7300.5'],
    ['KEYSTEAD_DATABASE_URL', 'mysql://root:hunter2@db.example/keys'],
    ['KEYSTEAD_DATABASE_URL', 'hunter2'],
    ['KEYSTEAD_MIGRATION_DATABASE_URL', 'file:///etc/hunter2'],
    ['KEYSTEAD_DATABASE_POOL', '1'],
    ['KEYSTEAD_ROOT_PROVEN_SECONDS', '0'],
    ['KEYSTEAD_ROOT_GRACE_SECONDS', '604801'],
    ['KEYSTEAD_VAULT_TIMEOUT_MS', '99'],
    ['KEYSTEAD_VAULT_ALLOW_HTTP', 'yes-hunter2'],
    ['KEYSTEAD_BEHIND_TLS_PROXY', '1'],
    ['KEYSTEAD_TLS_MIN_VERSION', '1.1-hunter2'],
    ['KEYSTEAD_OIDC_ISSUERS', 'hunter2'],
    ['KEYSTEAD_METRICS', 'on-hunter2'],
    ['KEYSTEAD_CACHE_KEYS', '0'],
    ['KEYSTEAD_CACHE_SECONDS', '86400'],
    ['KEYSTEAD_LOG_LEVEL', 'loud-hunter2'],
  ])('refuses %s=%s by name, with a reason', (name, value) => {
    const sentence = refusalOf({ [name]: value });
    expect(sentence).toMatch(new RegExp(`^${name}: \\S.{10,}`));
    expect(sentence).not.toContain('hunter2');
  });

  it('names every wrong setting at once', () => {
    const sentence = refusalOf({ KEYSTEAD_PORT: 'a', KEYSTEAD_LOG_LEVEL: 'b', KEYSTEAD_CACHE_KEYS: 'c' });
    for (const name of ['KEYSTEAD_PORT', 'KEYSTEAD_LOG_LEVEL', 'KEYSTEAD_CACHE_KEYS']) expect(sentence).toContain(name);
  });

  it('refuses an external database without a root key', () => {
    expect(refusalOf({ KEYSTEAD_DATABASE_URL: EXTERNAL })).toMatch(/^KEYSTEAD_ROOT_KEY: must be set/);
    expect(readConfig({ KEYSTEAD_DATABASE_URL: EXTERNAL, KEYSTEAD_ROOT_KEY: 'local:/k' }).KEYSTEAD_ROOT_KEY).toBe(
      'local:/k',
    );
  });

  it('refuses a migration role without a database', () => {
    expect(refusalOf({ KEYSTEAD_MIGRATION_DATABASE_URL: EXTERNAL })).toMatch(/^KEYSTEAD_MIGRATION_DATABASE_URL: /);
  });

  it('refuses to be reached in clear from other machines', () => {
    expect(refusalOf({ KEYSTEAD_HOST: '0.0.0.0' })).toMatch(/^KEYSTEAD_HOST: .*KEYSTEAD_BEHIND_TLS_PROXY=true/);
    const tls = { KEYSTEAD_TLS_CERT: 'a.crt', KEYSTEAD_TLS_KEY: 'a.key' };
    for (const safe of [{ KEYSTEAD_BEHIND_TLS_PROXY: 'true' }, tls]) {
      expect(readConfig({ KEYSTEAD_HOST: '0.0.0.0', ...safe }).KEYSTEAD_HOST).toBe('0.0.0.0');
    }
  });

  it('refuses half of TLS', () => {
    expect(refusalOf({ KEYSTEAD_TLS_CERT: 'a.crt' })).toMatch(/^KEYSTEAD_TLS_CERT, KEYSTEAD_TLS_KEY: /);
    expect(refusalOf({ KEYSTEAD_TLS_KEY: 'a.key' })).toMatch(/^KEYSTEAD_TLS_CERT, KEYSTEAD_TLS_KEY: /);
    expect(refusalOf({ KEYSTEAD_TLS_CLIENT_CA: 'ca.crt' })).toMatch(/^KEYSTEAD_TLS_CLIENT_CA: /);
    expect(refusalOf({ KEYSTEAD_TLS_CERT: 'a.crt', KEYSTEAD_TLS_KEY: 'a.key', KEYSTEAD_TLS_CRL: 'a.crl' })).toMatch(
      /^KEYSTEAD_TLS_CRL: /,
    );
  });

  it('reads the issuers of JWTs, and names what is wrong in them', () => {
    const one = { issuer: 'https://ci.example', audience: 'keystead' };
    expect(readConfig(withIssuers([one])).KEYSTEAD_OIDC_ISSUERS).toEqual([
      { ...one, audience: ['keystead'], claim: 'sub' },
    ]);
    expect(refusalOf(withIssuers([{ issuer: one.issuer }]))).toMatch(/^KEYSTEAD_OIDC_ISSUERS\.0\.audience: /);
    expect(refusalOf(withIssuers([{ ...one, algorithm: 'none' }]))).toMatch(/^KEYSTEAD_OIDC_ISSUERS\.0: .*algorithm/);
    expect(refusalOf(withIssuers([{ ...one, issuer: 'ftp://ci.example' }]))).toMatch(
      /^KEYSTEAD_OIDC_ISSUERS\.0\.issuer: /,
    );
    expect(refusalOf(withIssuers([one, one]))).toMatch(/^KEYSTEAD_OIDC_ISSUERS: .*twice/);
  });

  it('takes the secrets out of the environment, so that no child process inherits them', () => {
    const environment = { KEYSTEAD_BOOTSTRAP_TOKEN: 'a', KEYSTEAD_VAULT_TOKEN: 'b', KEYSTEAD_VAULT_SECRET_ID: 'c' };
    const config = readConfig(environment);
    expect(environment).toEqual({});
    expect(config.KEYSTEAD_VAULT_SECRET_ID).toBe('c');
  });
});

describe('isLoopback', () => {
  it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('%s is', (host) => expect(isLoopback(host)).toBe(true));
  it.each(['0.0.0.0', '::', '127.0.0.1.example.com', '10.0.0.1', 'localhost.example.com'])('%s is not', (host) =>
    expect(isLoopback(host)).toBe(false),
  );
});
