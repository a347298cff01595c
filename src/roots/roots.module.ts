import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Secret } from '../crypto/secret.js';
import { KmsError } from '../errors.js';
import { openRootKey } from './providers.js';
import { RootKeys } from './root-keys.js';
import type { RootSettings } from './root-settings.js';

/** Opens the configured roots. A missing root is a refusal to start: nothing here ever makes one. */
@Global()
@Module({
  providers: [{ provide: RootKeys, useFactory: openRoots, inject: [CONFIG] }],
  exports: [RootKeys],
})
export class RootsModule {}

async function openRoots(config: Config): Promise<RootKeys> {
  const settings = await rootSettings(config);
  const next = config.KEYSTEAD_ROOT_KEY_NEXT;
  return new RootKeys(
    await openRootKey(config.KEYSTEAD_ROOT_KEY ?? 'local:', settings),
    next === undefined ? undefined : await openRootKey(next, settings),
  );
}

async function rootSettings(config: Config): Promise<RootSettings> {
  return {
    dataDir: resolve(config.KEYSTEAD_DATA_DIR),
    vaultToken: secret(config.KEYSTEAD_VAULT_TOKEN),
    vaultRoleId: config.KEYSTEAD_VAULT_ROLE_ID,
    vaultSecretId: secret(config.KEYSTEAD_VAULT_SECRET_ID),
    vaultAppRoleMount: config.KEYSTEAD_VAULT_APPROLE_MOUNT,
    vaultNamespace: config.KEYSTEAD_VAULT_NAMESPACE,
    vaultCaCert: await readCertificate(config.KEYSTEAD_VAULT_CA_CERT),
    vaultTimeoutMs: config.KEYSTEAD_VAULT_TIMEOUT_MS,
    vaultAllowHttp: config.KEYSTEAD_VAULT_ALLOW_HTTP,
  };
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(Buffer.from(text));
}

async function readCertificate(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new KmsError('invalid-setting', 'KEYSTEAD_VAULT_CA_CERT: the file cannot be read', error);
  }
}
