import { randomBytes } from 'node:crypto';
import { KmsError } from '../errors.js';
import type { UsableKey } from './algorithm.js';

/**
 * The pairwise consistency test of a new or brought key pair: everything that the private half does must be undone by the public half
 * (SP 800-56A 5.6.2.1.4, FIPS 140-3 IG 10.3.A).
 * @throws KmsError invalid-key-material
 */
export async function mustBePair(privateKey: UsableKey, publicKey: UsableKey): Promise<void> {
  const sample = randomBytes(32);
  const results = await Promise.all([
    signs(privateKey, publicKey, sample),
    decrypts(privateKey, publicKey, sample),
    decapsulates(privateKey, publicKey),
  ]);
  if (results.includes(false)) {
    throw new KmsError('invalid-key-material', 'The private key and the public key do not belong together.');
  }
}

async function signs(privateKey: UsableKey, publicKey: UsableKey, message: Buffer): Promise<boolean> {
  const { signer } = privateKey;
  const algorithm = signer?.algorithms[0];
  if (signer?.sign === undefined || algorithm === undefined) return true;
  const signature = await signer.sign(algorithm, { message });
  return (await publicKey.signer?.verify(algorithm, { message }, signature)) === true;
}

async function decrypts(privateKey: UsableKey, publicKey: UsableKey, plaintext: Buffer): Promise<boolean> {
  const { cipher } = privateKey;
  const algorithm = cipher?.algorithms[0];
  if (cipher?.decrypt === undefined || algorithm === undefined) return true;
  const ciphertext = await publicKey.cipher?.encrypt(algorithm, plaintext);
  if (ciphertext === undefined || ciphertext.includes(plaintext)) return false;
  return (await cipher.decrypt(algorithm, ciphertext))?.equals(plaintext) === true;
}

async function decapsulates(privateKey: UsableKey, publicKey: UsableKey): Promise<boolean> {
  const { kem } = privateKey;
  if (kem?.decapsulate === undefined) return true;
  const made = await publicKey.kem?.encapsulate();
  if (made === undefined) return false;
  const again = await kem.decapsulate(made.ciphertext);
  const same = again.bytes.equals(made.sharedSecret.bytes);
  for (const secret of [again, made.sharedSecret]) secret.destroy();
  return same;
}
