import { createHash, hkdfSync, randomFillSync } from 'node:crypto';
import { algorithmFor } from '../crypto/algorithms.js';
import type { AeadKey } from '../crypto/algorithm.js';
import { Secret } from '../crypto/secret.js';
import { integrityFailure } from './row-seal.js';
import { lengthPrefixed } from './length-prefixed.js';
import type { KeyRow } from './records.js';

const FORMAT = 1;
const NONCE_BYTES = 24;

/** What a material is bound to, so that wrapped rows cannot be swapped, relabelled or given another public key. */
export interface MaterialBinding {
  readonly key: Pick<KeyRow, 'keyringId' | 'id' | 'spec' | 'usage' | 'exportable' | 'origin'>;
  readonly version: number;
  readonly publicKey: Buffer | null;
}

/**
 * One version of a keyring's wrapping key. The key itself is only a KDF secret: each use has a subkey of its own by
 * HKDF label (RFC 5869).
 */
export class WrappingKey {
  readonly #material: AeadKey;
  readonly #secret: AeadKey;

  constructor(
    readonly version: number,
    wrappingKey: Secret,
  ) {
    this.#material = aeadSubkey(wrappingKey, 'v1/material');
    this.#secret = aeadSubkey(wrappingKey, 'v1/secret');
  }

  /** @returns format(1) ‖ nonce(24) ‖ ciphertext ‖ tag, XAES-256-GCM */
  wrapMaterial(material: Secret, binding: MaterialBinding): Buffer {
    return seal(this.#material, material, bindingAad(binding));
  }

  /**
   * @param blob of a version that is not destroyed: null is as wrong as any other change
   * @throws KmsError integrity-failure
   */
  unwrapMaterial(blob: Buffer | null, binding: MaterialBinding): Secret {
    const what = `the material of key ${binding.key.id} version ${binding.version}`;
    if (!blob) throw integrityFailure(`${what} is missing`);
    return open(this.#material, blob, bindingAad(binding), what);
  }

  /** For the service's own secrets that belong to a keyring; `label` names what and whose. */
  wrapSecret(secret: Secret, label: readonly string[]): Buffer {
    return seal(this.#secret, secret, lengthPrefixed(['keystead/secret', ...label]));
  }

  /** @throws KmsError integrity-failure */
  unwrapSecret(blob: Buffer, label: readonly string[]): Secret {
    return open(this.#secret, blob, lengthPrefixed(['keystead/secret', ...label]), `the secret ${label.join('/')}`);
  }
}

function aeadSubkey(key: Secret, label: string): AeadKey {
  const subkey = new Secret(Buffer.from(hkdfSync('sha256', key.bytes, '', label, 32)));
  const aead = algorithmFor('aes-256-xaes').load(subkey).aead;
  subkey.destroy();
  if (!aead) throw new Error('aes-256-xaes has no AEAD');
  return aead;
}

function bindingAad({ key, version, publicKey }: MaterialBinding): Buffer {
  const publicHash = publicKey ? createHash('sha256').update(publicKey).digest() : Buffer.alloc(0);
  return lengthPrefixed([
    'keystead/material',
    `${FORMAT}`,
    key.keyringId,
    key.id,
    `${version}`,
    key.spec,
    key.usage,
    `${key.exportable}`,
    key.origin,
    publicHash,
  ]);
}

function seal(aead: AeadKey, secret: Secret, aad: Buffer): Buffer {
  const nonce = randomFillSync(Buffer.allocUnsafe(NONCE_BYTES));
  return Buffer.concat([Buffer.from([FORMAT]), nonce, aead.seal(nonce, secret.bytes, aad)]);
}

function open(aead: AeadKey, blob: Buffer, aad: Buffer, what: string): Secret {
  const opened =
    blob[0] === FORMAT ? aead.open(blob.subarray(1, 1 + NONCE_BYTES), blob.subarray(1 + NONCE_BYTES), aad) : undefined;
  if (!opened) throw integrityFailure(`${what} does not open`);
  return new Secret(opened);
}
