import { createHmac, createSecretKey, hkdfSync, randomFillSync, timingSafeEqual, type KeyObject } from 'node:crypto';
import { algorithmFor } from '../crypto/algorithms.js';
import type { AeadKey } from '../crypto/algorithm.js';
import type { KeySpec } from '../crypto/key-spec.js';
import type { Secret } from '../crypto/secret.js';
import { KmsError } from '../errors.js';
import {
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
    const nonce = randomFillSync(Buffer.allocUnsafe(this.#suite.nonceBytes));
    const { suite, lineageId, version, materialId } = this.#header();
    const committed = encodeHeader({ suite, purpose, lineageId, version, materialId, nonce });
    const header = Buffer.concat([committed, this.#commit(committed)]);
    return Buffer.concat([header, this.#aead.seal(nonce, plaintext, Buffer.concat([LABEL, header, context]))]);
  }

  /** @throws KmsError invalid-ciphertext, whatever the reason */
  open(parsed: ParsedCiphertext, context: Buffer): Buffer {
    if (parsed.suite !== this.#suite || !parsed.materialId.equals(this.#materialId)) throw invalidCiphertext();
    if (!timingSafeEqual(this.#commit(parsed.committed), parsed.commitment)) throw invalidCiphertext();
    const plaintext = this.#aead.open(parsed.nonce, parsed.sealed, Buffer.concat([LABEL, parsed.header, context]));
    if (!plaintext) throw invalidCiphertext();
    return plaintext;
  }

  #header(): { suite: CipherSuite; lineageId: string; version: number; materialId: Buffer } {
    return { suite: this.#suite, lineageId: this.lineageId, version: this.version, materialId: this.#materialId };
  }

  /** AES-GCM does not commit to its key (an imported key could be one of two that open the same bytes); this does. */
  #commit(committed: Buffer): Buffer {
    return createHmac('sha256', this.#commitmentKey).update(committed).digest();
  }
}
