import { resolve } from 'node:path';
import { Secret } from '../crypto/secret.js';
import { createLocalRootKey } from '../roots/local/create-local-root-key.js';
import { newPassphraseSeal } from '../roots/local/passphrase.js';
import type { FileSeal } from '../roots/local/sealed-file.js';
import { newShamirSeal } from '../roots/local/shamir-seal.js';
import { openPkcs11RootKey } from '../roots/pkcs11/open-pkcs11-root-key.js';

/** How a root key file is sealed: not at all (`local:`), by a passphrase (`passphrase:`), or by shares (`shamir:`). */
export type Protection =
  | { readonly kind: 'none' }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'shares'; readonly threshold: number; readonly shares: number };

export interface CreatedRootKey {
  readonly path: string;
  readonly rootId: string;
  /** They are nowhere else. */
  readonly shares?: readonly string[];
}

/**
 * Makes a root key file, mode 0600.
 * @param path from the working directory, if relative; an existing file is left alone
 * @returns the file's absolute path, the root's id, and the shares if there are any
 * @throws KmsError conflict if the file exists, root-unavailable if it cannot be written, invalid-setting for a weak protection
 */
export async function createRootKey(path: string, protection: Protection = { kind: 'none' }): Promise<CreatedRootKey> {
  const absolute = resolve(path);
  const { seal, ...made } = await sealBy(protection);
  try {
    return { path: absolute, rootId: await createLocalRootKey(absolute, seal), ...made };
  } finally {
    seal?.key.destroy();
  }
}

/**
 * Makes a root key in an HSM.
 * @throws KmsError conflict if it has one of that name; root-unavailable, invalid-setting
 */
export async function createRootKeyInToken(uri: string, pin: string): Promise<{ readonly rootId: string }> {
  const root = await openPkcs11RootKey(uri, { dataDir: '', pkcs11Pin: new Secret(Buffer.from(pin)) });
  try {
    await root.create();
    return { rootId: root.id };
  } finally {
    await root.close();
  }
}

/** @throws KmsError invalid-setting */
export async function sealBy(
  protection: Protection,
): Promise<{ readonly seal?: FileSeal; readonly shares?: readonly string[] }> {
  if (protection.kind === 'none') return {};
  if (protection.kind === 'passphrase') {
    return { seal: await newPassphraseSeal(new Secret(Buffer.from(protection.passphrase))) };
  }
  const { seal, texts } = newShamirSeal(protection.threshold, protection.shares);
  return { seal, shares: texts };
}
