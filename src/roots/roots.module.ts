import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Secret } from '../crypto/secret.js';
import { KmsError } from '../errors.js';
import { NoTracer, Tracer } from '../tracer.js';
import { openRootKey } from './providers.js';
import { RootKeys } from './root-keys.js';
import type { RootSettings } from './root-settings.js';
import { TracedRootKey } from './traced-root-key.js';

export type Unsealed = NonNullable<RootSettings['unsealed']>;

/** Opens the configured roots. A missing root is a refusal to start: nothing here ever makes one. */
@Global()
@Module({})
export class RootsModule {
  /** @param unsealed see `RootSettings` */
  static with(unsealed: Unsealed = new Map()): DynamicModule {
    const open = (config: Config, tracer: Tracer) => openRoots(config, unsealed, tracer);
    return {
      module: RootsModule,
      providers: [{ provide: RootKeys, useFactory: open, inject: [CONFIG, Tracer] }],
      exports: [RootKeys],
    };
  }
}

/** @throws KmsError as the providers do */
export async function openRoots(
  config: Config,
  unsealed: Unsealed = new Map(),
  tracer: Tracer = new NoTracer(),
): Promise<RootKeys> {
  const settings = { ...(await rootSettings(config)), unsealed };
  const open = async (uri: string) => {
    const root = await openRootKey(uri, settings);
    return tracer.isOn ? new TracedRootKey(root, tracer) : root;
  };
  const { KEYSTEAD_ROOT_KEY: current = 'local:', KEYSTEAD_ROOT_KEY_NEXT: next } = config;
  const unsealedBy = Object.entries({ KEYSTEAD_ROOT_KEY: current, KEYSTEAD_ROOT_KEY_NEXT: next }).flatMap(
    ([setting, uri = '']) => {
      const shares = unsealed.get(uri)?.shares;
      return shares ? [[setting, shares] as const] : [];
    },
  );
  return new RootKeys(
    await open(current),
    next === undefined ? undefined : await open(next),
    Object.fromEntries(unsealedBy),
  );
}

async function rootSettings(config: Config): Promise<RootSettings> {
  return {
    dataDir: resolve(config.KEYSTEAD_DATA_DIR),
    rootPassphrase: secret(config.KEYSTEAD_ROOT_PASSPHRASE),
    pkcs11Pin: secret(config.KEYSTEAD_PKCS11_PIN),
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
