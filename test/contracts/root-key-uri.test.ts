import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import { localRootKeyPath } from '../../src/roots/local/open-local-root-key.js';
import { openRootKey } from '../../src/roots/providers.js';
import type { RootSettings } from '../../src/roots/root-settings.js';
import { parseVaultAddress } from '../../src/roots/vault/vault-address.js';
import { failure } from './root-key.contract.js';

const SECRET = 'hvs-CAESIJ';
const id = (uri: string, namespace?: string) => parseVaultAddress(uri, false, namespace).id;
const token = () => new Secret(Buffer.from(SECRET));

describe('root key URIs', () => {
  let dataDir: string;
  let settings: RootSettings;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'keystead-root-'));
    settings = { dataDir, vaultToken: token() };
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  it('finds local files from the data directory', () => {
    expect(localRootKeyPath('local:', { dataDir: '/data' })).toBe('/data/root.key');
    expect(localRootKeyPath('local:keys/a.key', { dataDir: '/data' })).toBe('/data/keys/a.key');
    expect(localRootKeyPath('local:/etc/keystead/root%20.key', { dataDir: '/data' })).toBe('/etc/keystead/root%20.key');
  });

  it('names a Vault key by namespace, mount and key, or by a label, and never by its host', () => {
    expect(id('vault+https://a:8200/transit/keystead')).toBe('vault:transit/keystead');
    expect(id('vault+https://b/transit/keystead')).toBe('vault:transit/keystead');
    expect(id('vault+https://b/team/transit/k.1_x-y', '/org/')).toBe('vault:org/team/transit/k.1_x-y');
    expect(id('vault+https://b/transit/keystead?id=berlin-2')).toBe('vault:berlin-2');
    expect(parseVaultAddress('vault+https://b/team/transit/k', false)).toMatchObject({
      endpoint: 'https://b',
      mount: 'team/transit',
      keyName: 'k',
    });
  });

  it('takes plain HTTP to this machine only, or by a setting', () => {
    for (const host of ['127.0.0.1:8200', '127.8.8.8', 'localhost:1', '[::1]:8200']) {
      expect(parseVaultAddress(`vault+http://${host}/transit/k`, false).endpoint).toBe(`http://${host}`);
    }
    for (const host of ['vault.example.com', '10.0.0.1', '127.0.0.1.example.com', '[::2]', 'localhost.example.com']) {
      expect(() => parseVaultAddress(`vault+http://${host}/transit/k`, false)).toThrow(/in clear/);
      expect(parseVaultAddress(`vault+http://${host}/transit/k`, true).endpoint).toBe(`http://${host}`);
    }
  });

  it.each([
    SECRET,
    '',
    ':',
    `${SECRET}:x`,
    `https://${SECRET}@vault/transit/k`,
    `vault:${SECRET}`,
    `vault+https://root:${SECRET}@vault:8200/transit/k`,
    `vault+https://${SECRET}@vault:8200/transit/k`,
    `vault+https://vault/transit/k?token=${SECRET}`,
    `vault+https://vault/transit/k?${SECRET}`,
    `vault+https://vault/transit/k?id=${SECRET}.${SECRET}`,
    `vault+https://vault/transit/k?id=a&id=${SECRET}`,
    `vault+https://vault/transit/k#${SECRET}`,
    `vault+https://vault/${SECRET}`,
    `vault+https://vault/transit/../${SECRET}`,
    `vault+https://vault/transit/${SECRET}/`,
    `vault+https://vault//${SECRET}`,
    `vault+https://vault/transit/%2e%2e%2f${SECRET}`,
    `vault+https://va ult/transit/${SECRET}`,
    `vault+https://vault:99999/transit/${SECRET}`,
    `vault+https:${SECRET}`,
    `vault+ftp://vault/transit/${SECRET}`,
    `local://${SECRET}`,
    `local:${SECRET}/`,
    `local:${SECRET}\0`,
  ])('refuses %j as a setting and repeats nothing of it', async (uri) => {
    const error = await failure(openRootKey(uri, settings));
    expect(error.code).toBe('invalid-setting');
    expect(error.detail).not.toContain(SECRET);
    expect(error.detail).toMatch(/vault\+https:|local:/);
  });

  it('asks for exactly one credential for Vault', async () => {
    const uri = 'vault+https://vault/transit/k';
    const wrong: Partial<RootSettings>[] = [
      {},
      { vaultToken: new Secret(Buffer.from(`${SECRET}\n`)) },
      { vaultRoleId: 'r', vaultSecretId: new Secret(Buffer.alloc(0)) },
      { vaultRoleId: 'r' },
      { vaultSecretId: token() },
      { vaultToken: token(), vaultRoleId: 'r', vaultSecretId: token() },
    ];
    for (const credential of wrong) {
      const error = await failure(openRootKey(uri, { dataDir, ...credential }));
      expect(error.code).toBe('invalid-setting');
      expect(error.detail).not.toContain(SECRET);
    }
    expect(await failure(openRootKey(uri, { ...settings, vaultCaCert: '/etc/ca.pem' }))).toMatchObject({
      code: 'invalid-setting',
    });
  });

  it('refuses a local file that is not there, and makes none', async () => {
    const error = await failure(openRootKey('local:', settings));
    expect(error).toMatchObject({ code: 'invalid-setting' });
    expect(error.detail).toContain(join(dataDir, 'root.key'));
    expect(await readdir(dataDir)).toEqual([]);
  });
});
