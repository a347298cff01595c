import { constants, publicEncrypt, type KeyObject } from 'node:crypto';
import { KmsError } from '../../errors.js';
import type { AsymmetricCipher } from '../algorithm.js';
import { DIGEST_BYTES } from '../digest.js';
import { ENCRYPTION_ALGORITHMS, mustBeAlgorithm, type EncryptionAlgorithm } from '../algorithm-names.js';
import { bytesFromWorker, RefusedByFunction } from '../worker-pool.js';

const HASHES = { 'rsaes-oaep-sha-256': 'sha256', 'rsaes-oaep-sha-1': 'sha1' } as const satisfies Record<
  EncryptionAlgorithm,
  string
>;

/** @param length of the modulus in bytes */
export function rsaCipher(length: number, publicKey: KeyObject, privateKey?: KeyObject): AsymmetricCipher {
  const encrypt = async (algorithm: string, plaintext: Buffer): Promise<Buffer> => {
    const hash = HASHES[mustBeAlgorithm(algorithm, ENCRYPTION_ALGORITHMS)];
    const most = length - 2 * DIGEST_BYTES[hash] - 2;
    if (plaintext.length > most) {
      throw new KmsError(
        'invalid-request',
        `This key encrypts at most ${most} bytes with ${algorithm}, not ${plaintext.length}: for more, encrypt a data key with it.`,
      );
    }
    return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, plaintext);
  };

  if (privateKey === undefined) return { algorithms: ENCRYPTION_ALGORITHMS, ciphertextBytes: length, encrypt };

  const decrypt = async (algorithm: string, ciphertext: Buffer): Promise<Buffer | undefined> => {
    const hash = HASHES[mustBeAlgorithm(algorithm, ENCRYPTION_ALGORITHMS)];
    if (ciphertext.length !== length) return undefined;
    try {
      return await bytesFromWorker({
        module: 'node:crypto',
        path: ['privateDecrypt'],
        args: [{ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, ciphertext],
      });
    } catch (error) {
      if (error instanceof RefusedByFunction) return undefined;
      throw error;
    }
  };

  return { algorithms: ENCRYPTION_ALGORITHMS, ciphertextBytes: length, encrypt, decrypt };
}
