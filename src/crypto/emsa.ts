import { randomBytes, timingSafeEqual } from 'node:crypto';
import { DIGEST_BYTES, hashOf, type Hash } from './digest.js';

/** DER of DigestInfo up to the digest (RFC 8017 9.2, note 1). */
const DIGEST_INFO: Partial<Record<Hash, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/** EMSA-PKCS1-v1_5 of a digest (RFC 8017 9.2): `length` bytes. */
export function encodePkcs1(digest: Buffer, hash: Hash, length: number): Buffer {
  const info = DIGEST_INFO[hash];
  if (info === undefined) throw new RangeError(`no DigestInfo for ${hash}`);
  const padding = Buffer.alloc(length - 3 - info.length - digest.length, 0xff);
  return Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), info, digest]);
}

/**
 * EMSA-PSS of a digest (RFC 8017 9.1.1) with a random salt as long as the digest, for a modulus of `length` whole bytes (so that the
 * encoded message has one bit less).
 */
export function encodePss(digest: Buffer, hash: Hash, length: number): Buffer {
  const hashBytes = DIGEST_BYTES[hash];
  const salt = randomBytes(hashBytes);
  const h = hashOf(hash, Buffer.alloc(8), digest, salt);
  const db = Buffer.alloc(length - hashBytes - 1);
  db[db.length - hashBytes - 1] = 1;
  salt.copy(db, db.length - hashBytes);
  const masked = xor(db, mgf1(h, db.length, hash));
  masked[0]! &= 0x7f;
  return Buffer.concat([masked, h, Buffer.of(0xbc)]);
}

/** EMSA-PSS verification (RFC 8017 9.1.2) with a salt exactly as long as the digest. */
export function matchesPss(encoded: Buffer, digest: Buffer, hash: Hash): boolean {
  const hashBytes = DIGEST_BYTES[hash];
  const dbLength = encoded.length - hashBytes - 1;
  if (dbLength < hashBytes + 1 || encoded[encoded.length - 1] !== 0xbc || (encoded[0]! & 0x80) !== 0) return false;
  const h = encoded.subarray(dbLength, dbLength + hashBytes);
  const db = xor(encoded.subarray(0, dbLength), mgf1(h, dbLength, hash));
  db[0]! &= 0x7f;
  const saltAt = dbLength - hashBytes;
  if (db[saltAt - 1] !== 1 || db.subarray(0, saltAt - 1).some((byte) => byte !== 0)) return false;
  return timingSafeEqual(h, hashOf(hash, Buffer.alloc(8), digest, db.subarray(saltAt)));
}

/** RFC 8017 B.2.1. */
function mgf1(seed: Buffer, length: number, hash: Hash): Buffer {
  const blocks: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let i = 0; i * DIGEST_BYTES[hash] < length; i++) {
    counter.writeUInt32BE(i);
    blocks.push(hashOf(hash, seed, counter));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(left: Buffer, right: Buffer): Buffer {
  const out = Buffer.alloc(left.length);
  for (let i = 0; i < left.length; i++) out[i] = left[i]! ^ right[i]!;
  return out;
}
