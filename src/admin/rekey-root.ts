import { resolve } from 'node:path';
import { Secret } from '../crypto/secret.js';
import { sealMethodOf } from '../roots/local/open-sealed-root-key.js';
import { passphraseSeal } from '../roots/local/passphrase.js';
import { readRootKeyFile } from '../roots/local/read-root-key-file.js';
import { forget, formatRootKeyFile } from '../roots/local/root-key-file.js';
import { sealFile, type FileSeal } from '../roots/local/sealed-file.js';
import { readShamirMethod, ShareCollector } from '../roots/local/shamir-seal.js';
import { createFile } from '../roots/local/write-root-key-file.js';
import { sealBy, type CreatedRootKey, type Protection } from './create-root-key.js';

/** Whoever can open the old file. */
export interface Keepers {
  passphrase(): Promise<string>;
  /** @param number from 1 */
  share(number: number, threshold: number): Promise<string>;
}

/**
 * The same root key, with all its versions, in a new file under another protection. The old file stays as it is, and so do
 * the passphrase or the shares that open it.
 * @throws KmsError wrong-root-key, invalid-request if the old file does not open; as `createRootKey`
 */
export async function rekeyRoot(
  path: string,
  newPath: string,
  protection: Protection,
  keepers: Keepers,
): Promise<CreatedRootKey> {
  const old = await openSeal(path, keepers);
  const { file } = await readRootKeyFile(path, old);
  const { seal, ...made } = await sealBy(protection);
  const text = formatRootKeyFile(file);
  try {
    await createFile(resolve(newPath), seal ? sealFile(seal, text) : text);
    return { path: resolve(newPath), rootId: file.id, ...made };
  } finally {
    text.fill(0);
    forget(file);
    old?.key.destroy();
    seal?.key.destroy();
  }
}

async function openSeal(path: string, keepers: Keepers): Promise<FileSeal | undefined> {
  const method = await sealMethodOf(path);
  if (method === undefined) return undefined;
  if (method.startsWith('passphrase ')) {
    return passphraseSeal(method, new Secret(Buffer.from(await keepers.passphrase())));
  }
  const collector = new ShareCollector(readShamirMethod(method));
  try {
    for (;;) {
      const seal = collector.add(await keepers.share(collector.given + 1, collector.wanted.threshold));
      if (seal) return seal;
    }
  } finally {
    collector.forget();
  }
}
