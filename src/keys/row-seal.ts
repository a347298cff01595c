import { createHmac, createSecretKey, hkdfSync, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Secret } from '../crypto/secret.js';
import { KmsError } from '../errors.js';
import { lengthPrefixed } from './length-prefixed.js';

/** What a deciding column may hold. */
export type SealedValue =
  string | number | boolean | null | Date | Buffer | readonly unknown[] | { readonly [name: string]: unknown };

export interface SealedRow {
  /** Table name. */
  readonly table: string;
  /** The primary key as one string, unique in the table. */
  readonly id: string;
  /** The scope's revision at which the row was written. */
  readonly revision: number;
  /** Every column that a decision depends on, in the table's own fixed order. */
  readonly deciding: readonly (readonly [column: string, value: SealedValue])[];
}

export interface Head {
  readonly revision: number;
  readonly count: number;
  /** Fresh at every write: masks the sum. */
  readonly mask: Buffer;
  readonly setHash: Buffer;
  readonly tag: Buffer;
}

const TAG_FORMAT = 1;
const MODULUS = 1n << 256n;

/**
 * Tags and set hashes of one scope (a keyring, or the install) under its integrity key. docs/formats/integrity.md.
 *
 * The set hash is MSet-Add-Hash (Clarke, Devadas, van Dijk, Gassend, Suh: Incremental Multiset Hash Functions and
 * Their Application to Memory Integrity Checking, ASIACRYPT 2003): a keyed hash of each live row, added modulo 2^256
 * and masked, so that it moves with one row and cannot be met by another set without the key.
 */
export class RowSeal {
  readonly #tagKey: KeyObject;
  readonly #elementKey: KeyObject;
  readonly #digestKey: KeyObject;

  /**
   * @param scopeId      UUID of the keyring, or of the install
   * @param integrityKey 32 bytes
   * @param keyVersion   of the integrity key
   */
  constructor(
    readonly scopeId: string,
    integrityKey: Secret,
    readonly keyVersion: number,
  ) {
    this.#tagKey = subkey(integrityKey, 'keystead/v1/row-tag');
    this.#elementKey = subkey(integrityKey, 'keystead/v1/set-element');
    this.#digestKey = subkey(integrityKey, 'keystead/v1/digest');
  }

  tagOf(row: SealedRow): Buffer {
    const parts = [
      'keystead/row',
      row.table,
      this.scopeId,
      row.id,
      `${TAG_FORMAT}`,
      `${this.keyVersion}`,
      `${row.revision}`,
    ];
    const columns = row.deciding.flatMap(([column, value]) => [column, encodeValue(value)]);
    return createHmac('sha256', this.#tagKey)
      .update(lengthPrefixed([...parts, ...columns]))
      .digest();
  }

  /** @throws KmsError integrity-failure */
  mustMatch(row: SealedRow, tag: Buffer): void {
    if (!sameBytes(this.tagOf(row), tag)) {
      throw integrityFailure(`row ${row.id} of ${row.table} does not carry the tag of its content`);
    }
  }

  /** A row's share in the set hash. Secret: never stored. */
  elementOf(table: string, id: string, tag: Buffer): bigint {
    return this.#number(lengthPrefixed(['element', table, id, tag]));
  }

  headOf(revision: number, count: number, sum: bigint): Head {
    const mask = randomBytes(16);
    const masked = (sum + this.#number(lengthPrefixed(['mask', mask]))) % MODULUS;
    const setHash = Buffer.from(masked.toString(16).padStart(64, '0'), 'hex');
    const tag = this.tagOf(headRow(this.scopeId, { revision, count, mask, setHash }));
    return { revision, count, mask, setHash, tag };
  }

  /** @returns the sum of the elements. @throws KmsError integrity-failure */
  sumOf(head: Head): bigint {
    if (!sameBytes(this.tagOf(headRow(this.scopeId, head)), head.tag)) {
      throw integrityFailure(`the head of scope ${this.scopeId} does not carry the tag of its content`);
    }
    const masked = BigInt(`0x${head.setHash.toString('hex')}`);
    return subtract(masked, this.#number(lengthPrefixed(['mask', head.mask])));
  }

  /** A keyed digest for what is stored only to be compared: token hashes, fingerprints, request bodies. */
  digest(label: string, ...parts: readonly (Buffer | string)[]): Buffer {
    return createHmac('sha256', this.#digestKey)
      .update(lengthPrefixed([label, ...parts]))
      .digest();
  }

  #number(bytes: Buffer): bigint {
    return BigInt(`0x${createHmac('sha256', this.#elementKey).update(bytes).digest('hex')}`);
  }
}

export function add(a: bigint, b: bigint): bigint {
  return (a + b) % MODULUS;
}

export function subtract(a: bigint, b: bigint): bigint {
  return (((a - b) % MODULUS) + MODULUS) % MODULUS;
}

export function integrityFailure(what: string): KmsError {
  return new KmsError(
    'integrity-failure',
    `${what}: the database was changed by something other than the service. Nothing is decided on it; see the operator guide, "Integrity failures"`,
  );
}

function headRow(scopeId: string, head: Omit<Head, 'tag'>): SealedRow {
  const { revision, count, mask, setHash } = head;
  const deciding = [
    ['count', count],
    ['mask', mask],
    ['set_hash', setHash],
  ] as const;
  return { table: 'head', id: scopeId, revision, deciding };
}

function subkey(key: Secret, label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key.bytes, '', label, 32)));
}

/** In constant time. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** One byte of type before the bytes, so that null, "", 0 and false all differ. Objects: JSON with sorted names. */
function encodeValue(value: SealedValue): Buffer | string {
  if (value === null) return 'n';
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from('x'), value]);
  if (value instanceof Date) return `d${value.toISOString()}`;
  if (typeof value === 'object') return `j${sortedJson(value)}`;
  return `${(typeof value)[0]}${String(value)}`;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
