import type { KeyringRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { KeyringSecrets } from '../keyring-secrets.js';
import { makeKeyring, putKeyring } from './make-keyring.js';

/** Makes a keyring and puts it, for a change that waits for nobody: the first of an install. @throws KmsError root-unavailable */
export async function addKeyring(
  change: Change,
  secrets: KeyringSecrets,
  given: Pick<KeyringRow, 'name' | 'description'>,
  now: Date,
): Promise<Omit<KeyringRow, 'revision'>> {
  const made = await makeKeyring(secrets, given, now);
  putKeyring(change, made);
  return made.keyring;
}
