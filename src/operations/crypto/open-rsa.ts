import type { EncryptionContext } from '../../keys/encryption-context.js';
import { invalidCiphertext } from '../../keys/ciphertext.js';
import type { KeySnapshot } from '../../keys/records.js';
import { loadVersion } from '../crypto-version.js';
import type { Deps } from '../deps.js';
import { cipherAlgorithm, mustBindNothing } from './encrypt.js';
import { mustHave } from './load-for-use.js';

export interface RsaCiphertext {
  readonly ciphertext: Buffer;
  /** Must be empty. */
  readonly context?: EncryptionContext | undefined;
  readonly algorithm?: string | undefined;
  readonly version?: number | undefined;
}

export interface OpenedRsa {
  readonly plaintext: Buffer;
  readonly version: number;
  readonly algorithm: string;
}

/** Opens a ciphertext of an RSA key, which names neither key nor version. @throws KmsError invalid-ciphertext, unsupported-operation */
export async function openRsa(
  deps: Deps,
  snapshot: KeySnapshot,
  { ciphertext, context, algorithm, version }: RsaCiphertext,
  isCompromisedOpened: boolean,
): Promise<OpenedRsa> {
  mustBindNothing(context);
  const loaded = isCompromisedOpened
    ? await deps.loaded.get(snapshot, version ?? snapshot.key.primaryVersion)
    : await loadVersion(deps, snapshot, version);
  const cipher = mustHave('cipher', loaded, snapshot);
  const used = cipherAlgorithm(cipher, algorithm);
  const plaintext = await cipher.decrypt?.(used, ciphertext);
  if (!plaintext) throw invalidCiphertext();
  return { plaintext, version: loaded.row.version, algorithm: used };
}
