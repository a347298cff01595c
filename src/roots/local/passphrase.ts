import { randomBytes } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import type { FileSeal } from './sealed-file.js';

/** RFC 9106 section 4, the second recommendation: Argon2id, 64 MiB, three passes, four lanes, a salt of 128 bits. */
const COST = { memoryCost: 65_536, timeCost: 3, parallelism: 4 } as const;
const ARGON2ID = 2;
const METHOD = /^passphrase argon2id 65536 3 4 ([0-9a-f]{32})$/;
const LEAST_BYTES = 16;

/** A seal by a passphrase under a fresh salt. @throws KmsError invalid-setting if the passphrase is too short */
export function newPassphraseSeal(passphrase: Secret): Promise<FileSeal> {
  if (passphrase.bytes.length < LEAST_BYTES) {
    throw new KmsError(
      'invalid-setting',
      `The passphrase of the root key must have at least ${LEAST_BYTES} bytes: take six random words or more`,
    );
  }
  const salt = randomBytes(16).toString('hex');
  return derive(
    `passphrase argon2id ${COST.memoryCost} ${COST.timeCost} ${COST.parallelism} ${salt}`,
    salt,
    passphrase,
  );
}

/** The seal of an existing file. @param method see `methodOf` @throws KmsError wrong-root-key for a file of another method */
export function passphraseSeal(method: string | undefined, passphrase: Secret): Promise<FileSeal> {
  const salt = METHOD.exec(method ?? '')?.[1];
  if (method === undefined || salt === undefined) {
    throw new KmsError(
      'wrong-root-key',
      'The root key file is not sealed by a passphrase. Check its path and its scheme',
    );
  }
  return derive(method, salt, passphrase);
}

async function derive(method: string, salt: string, passphrase: Secret): Promise<FileSeal> {
  const cost = { ...COST, algorithm: ARGON2ID, outputLen: 32, salt: Buffer.from(salt, 'hex') };
  return { method, key: new Secret(await hashRaw(passphrase.bytes, cost)) };
}
