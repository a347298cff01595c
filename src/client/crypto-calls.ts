import { CALLS, type CryptoCall } from './crypto-call.js';
import type * as T from './crypto-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';
import { fromWire, toWire } from './wire.js';

/**
 * What the service does with keys, one call each. `key` is an id, a name or an alias; bytes are Uint8Arrays in and Buffers out.
 * Every method throws a KeysteadError.
 */
export class CryptoCalls {
  constructor(
    protected readonly transport: Transport,
    readonly keyring: string,
  ) {}

  async encrypt(key: string, input: T.EncryptInput): Promise<T.Encrypted> {
    return this.#byKey(CALLS.encrypt, key, input);
  }

  /** Opens a ciphertext by its header. With `key`, another key's ciphertext is refused. */
  async decrypt(input: T.DecryptInput & { readonly key?: string }): Promise<T.Decrypted> {
    const { key, ...rest } = input;
    if (key !== undefined) return this.#byKey(CALLS.decrypt, key, rest);
    return this.#send(CALLS.decrypt, route`/api/v1/keyrings/${this.keyring}/decrypt`, rest);
  }

  /** Moves a ciphertext to `key`'s primary version; the plaintext never leaves the service. */
  async reEncrypt(key: string, input: T.ReEncryptInput): Promise<T.ReEncrypted> {
    return this.#byKey(CALLS.reEncrypt, key, input);
  }

  async dataKey(key: string, input: T.DataKeyInput = {}): Promise<T.DataKey> {
    return this.#byKey(CALLS.dataKey, key, input);
  }

  async dataKeyPair(key: string, input: T.DataKeyPairInput): Promise<T.DataKeyPair> {
    return this.#byKey(CALLS.dataKeyPair, key, input);
  }

  async sign(key: string, input: T.SignInput): Promise<T.Signature> {
    return this.#byKey(CALLS.sign, key, input);
  }

  /** A signature that does not verify is an answer (`valid: false`), not an error. */
  async verify(key: string, input: T.VerifyInput): Promise<T.Verdict> {
    return this.#byKey(CALLS.verify, key, input);
  }

  async mac(key: string, input: T.MacInput): Promise<T.Mac> {
    return this.#byKey(CALLS.mac, key, input);
  }

  async verifyMac(key: string, input: T.VerifyMacInput): Promise<T.Verdict> {
    return this.#byKey(CALLS.verifyMac, key, input);
  }

  async deriveSharedSecret(key: string, input: T.DeriveSharedSecretInput): Promise<T.SharedSecret> {
    return this.#byKey(CALLS.deriveSharedSecret, key, input);
  }

  async encapsulate(key: string, input: T.EncapsulateInput = {}): Promise<T.Encapsulated> {
    return this.#byKey(CALLS.encapsulate, key, input);
  }

  async decapsulate(key: string, input: T.DecapsulateInput): Promise<T.SharedSecret> {
    return this.#byKey(CALLS.decapsulate, key, input);
  }

  /** Random bytes of the service's generator. */
  async random(bytes: number): Promise<Buffer> {
    return (await this.#send(CALLS.random, '/api/v1/random', { bytes })).random;
  }

  async #byKey<In extends object, Out extends object>(call: CryptoCall<In, Out>, key: string, input: In): Promise<Out> {
    return this.#send(call, route`/api/v1/keyrings/${this.keyring}/keys/${key}/${call.verb}`, input);
  }

  async #send<In extends object, Out extends object>(call: CryptoCall<In, Out>, path: string, input: In): Promise<Out> {
    return fromWire(await this.transport.call<Out>({ method: 'POST', path, body: toWire(input) }), call.bytes);
  }
}
