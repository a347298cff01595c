import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';
import { algorithmFor } from '../crypto/algorithms.js';
import type { AeadKey } from '../crypto/algorithm.js';
import { fillRandomly } from '../crypto/fill-randomly.js';
import type { KeySpec } from '../crypto/key-spec.js';
import type { Secret } from '../crypto/secret.js';
import { KmsError } from '../errors.js';
import {
  COMMITMENT_BYTES,
  encodeHeader,
  invalidCiphertext,
  suiteOf,
  type CipherSuite,
  type ParsedCiphertext,
  type Purpose,
} from './ciphertext.js';

const LABEL = Buffer.from('keystead/ciphertext/v1');

/** One version of a symmetric key, ready to seal and open ciphertexts of format 1 (docs/formats/ciphertext.md). */
export class MessageKey {
  readonly #aead: AeadKey;
  readonly #commitmentKey: KeyObject;
  readonly #suite: CipherSuite;
  readonly #materialId: Buffer;
  readonly #prefixes = new Map<Purpose, Buffer>();

  constructor(
    spec: KeySpec,
    material: Secret,
    private readonly lineageId: string,
    private readonly version: number,
    materialId: Buffer,
  ) {
    const suite = suiteOf(spec);
    const aead = algorithmFor(spec).load(material).aead;
    if (!suite || !aead) throw new KmsError('unsupported-operation', `a key of spec ${spec} does not encrypt messages`);
    this.#suite = suite;
    this.#aead = aead;
    this.#materialId = materialId;
    const subkey = Buffer.from(hkdfSync('sha256', material.bytes, '', 'keystead/v1/commitment', 32));
    this.#commitmentKey = createSecretKey(subkey);
    subkey.fill(0);
  }

  /** @param context canonical bytes (`canonicalContext`) */
  seal(purpose: Purpose, plaintext: Buffer, context: Buffer): Buffer {
    const prefix = this.#prefixOf(purpose);
    const nonceAt = LABEL.length + prefix.length;
    const commitmentAt = nonceAt + this.#suite.nonceBytes;
    const contextAt = commitmentAt + COMMITMENT_BYTES;
    // Label, header and context: what is authenticated, with the header where it lies in it.
    const aad = Buffer.allocUnsafe(contextAt + context.length);
    LABEL.copy(aad);
    prefix.copy(aad, LABEL.length);
    const nonce = aad.subarray(nonceAt, commitmentAt);
    fillRandomly(nonce);
    this.#commit(aad.subarray(LABEL.length, commitmentAt)).copy(aad, commitmentAt);
    context.copy(aad, contextAt);
    return Buffer.concat([aad.subarray(LABEL.length, contextAt), this.#aead.seal(nonce, plaintext, aad)]);
  }

  /** @throws KmsError invalid-ciphertext, whatever the reason */
  open(parsed: ParsedCiphertext, context: Buffer): Buffer {
    if (parsed.suite !== this.#suite || !parsed.materialId.equals(this.#materialId)) throw invalidCiphertext();
    if (!timingSafeEqual(this.#commit(parsed.committed), parsed.commitment)) throw invalidCiphertext();
    const plaintext = this.#aead.open(parsed.nonce, parsed.sealed, Buffer.concat([LABEL, parsed.header, context]));
    if (!plaintext) throw invalidCiphertext();
    return plaintext;
  }

  /** The header up to its nonce, which is the same for every message. */
  #prefixOf(purpose: Purpose): Buffer {
    const known = this.#prefixes.get(purpose);
    if (known) return known;
    const { lineageId, version } = this;
    const nonce = Buffer.alloc(0);
    const prefix = encodeHeader({
      suite: this.#suite,
      purpose,
      lineageId,
      version,
      materialId: this.#materialId,
      nonce,
    });
    this.#prefixes.set(purpose, prefix);
    return prefix;
  }

  /** AES-GCM does not commit to its key (an imported key could be one of two that open the same bytes); this does. */
  #commit(committed: Buffer): Buffer {
    return createHmac('sha256', this.#commitmentKey).update(committed).digest();
  }
}
