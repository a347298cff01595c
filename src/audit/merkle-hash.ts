import { hash } from 'node:crypto';

const LEAF = Buffer.from([0x00]);
const NODE = Buffer.from([0x01]);

/** The hash of an entry. RFC 6962, section 2.1. */
export function leafHash(entry: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF, entry]));
}

/** The hash of two subtrees. RFC 6962, section 2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

/** By way of a string: that Node makes the bytes itself takes as long as the hash. */
function sha256(bytes: Buffer): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}

/** The root of a tree without entries. */
export const EMPTY_ROOT = sha256(Buffer.alloc(0));
export const HASH_BYTES = 32;
