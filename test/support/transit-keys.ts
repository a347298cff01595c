import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A refusal that the server answers with: `{"errors": [...]}`. */
export class TransitRefusal extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly string[],
  ) {
    super(errors.join('; '));
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

interface TransitKey {
  readonly name: string;
  readonly type: string;
  readonly derived: boolean;
  readonly versions: { readonly key: Buffer; readonly createdAt: number }[];
  minDecryptionVersion: number;
}

/** The keys of one Transit engine: AES-256-GCM with a random 96-bit nonce in front, in `vault:v<version>:<base64>`. */
export class TransitKeys {
  readonly #keys = new Map<string, TransitKey>();

  has(name: string): boolean {
    return this.#keys.has(name);
  }

  create(name: string, { type = 'aes256-gcm96', derived = false } = {}): void {
    if (!this.#keys.has(name)) {
      this.#keys.set(name, { name, type, derived, versions: [newVersion()], minDecryptionVersion: 1 });
    }
  }

  delete(name: string): void {
    this.#keys.delete(name);
  }

  rotate(name: string): void {
    this.#get(name, 'key not found').versions.push(newVersion());
  }

  configure(name: string, minDecryptionVersion: number): void {
    this.#get(name, 'key not found').minDecryptionVersion = minDecryptionVersion;
  }

  /** `data` of `GET keys/<name>`, or undefined. */
  describe(name: string): Record<string, unknown> | undefined {
    const key = this.#keys.get(name);
    return (
      key && {
        name,
        type: key.type,
        derived: key.derived,
        deletion_allowed: false,
        exportable: false,
        allow_plaintext_backup: false,
        latest_version: key.versions.length,
        min_available_version: 0,
        min_decryption_version: key.minDecryptionVersion,
        min_encryption_version: 0,
        supports_encryption: true,
        supports_decryption: true,
        supports_derivation: true,
        supports_signing: false,
        imported_key: false,
        auto_rotate_period: 0,
        keys: Object.fromEntries(key.versions.map(({ createdAt }, i) => [String(i + 1), createdAt])),
      }
    );
  }

  encrypt(name: string, plaintext: unknown): { ciphertext: string; key_version: number } {
    const key = this.#get(name, 'encryption key not found');
    mustNotBeDerived(key);
    if (typeof plaintext !== 'string') throw new TransitRefusal(400, ['missing plaintext to encrypt']);
    const version = key.versions.length;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', keyOf(key, version), nonce);
    const sealed = Buffer.concat([nonce, cipher.update(plaintext, 'base64'), cipher.final(), cipher.getAuthTag()]);
    return { ciphertext: `vault:v${version}:${sealed.toString('base64')}`, key_version: version };
  }

  decrypt(name: string, ciphertext: unknown): { plaintext: string } {
    if (typeof ciphertext !== 'string' || ciphertext === '') {
      throw new TransitRefusal(400, ['missing ciphertext to decrypt']);
    }
    const key = this.#get(name, 'encryption key not found');
    mustNotBeDerived(key);
    const [, digits, encoded] = /^vault:v(\d+):(.*)$/.exec(ciphertext) ?? [];
    if (digits === undefined || encoded === undefined) throw new TransitRefusal(400, ['invalid ciphertext: no prefix']);
    const version = Number(digits);
    if (version > key.versions.length) throw new TransitRefusal(400, ['invalid ciphertext: version is too new']);
    if (version < key.minDecryptionVersion) {
      throw new TransitRefusal(400, ['ciphertext or signature version is disallowed by policy (too old)']);
    }
    if (!BASE64.test(encoded)) throw new TransitRefusal(400, ['invalid ciphertext: could not decode base64']);
    const sealed = Buffer.from(encoded, 'base64');
    if (sealed.length < 28) throw new TransitRefusal(400, ['invalid ciphertext length']);
    try {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(key, version), sealed.subarray(0, 12));
      decipher.setAuthTag(sealed.subarray(-16));
      return {
        plaintext: Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('base64'),
      };
    } catch {
      throw new TransitRefusal(400, ['invalid ciphertext: unable to decrypt']);
    }
  }

  #get(name: string, missing: string): TransitKey {
    const key = this.#keys.get(name);
    if (!key) throw new TransitRefusal(400, [missing]);
    return key;
  }
}

function newVersion(): { key: Buffer; createdAt: number } {
  return { key: randomBytes(32), createdAt: Math.floor(Date.now() / 1000) };
}

function keyOf(key: TransitKey, version: number): Buffer {
  const found = key.versions[version - 1];
  if (!found) throw new TransitRefusal(400, ['invalid ciphertext: version is too new']);
  return found.key;
}

function mustNotBeDerived(key: TransitKey): void {
  if (key.derived) {
    throw new TransitRefusal(400, ["missing 'context' for key derivation; the key was created using a derived key"]);
  }
}
