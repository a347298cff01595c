import { CALLS, type CryptoCall } from './crypto-call.js';
import type * as T from './crypto-types.js';
import { KeysteadError } from './keystead-error.js';
import { readItemError } from './problem.js';
import { route } from './route.js';
import type { Transport } from './transport.js';
import { fromWire, toWire, type WireObject } from './wire.js';

/** What became of one item: the answer, or why there is none. One item's failure is not the others'. */
export type ItemResult<Out> =
  { readonly ok: true; readonly value: Out } | { readonly ok: false; readonly error: KeysteadError };

/** The service's limits for one request; more items travel as several requests, one after the other. */
const MAX_ITEMS = 10_000;
const MAX_BODY_CHARACTERS = 15 * 1024 * 1024;

/** The crypto operations over many items; results are in the order of the items. A request that fails as a whole throws. */
export class BatchCalls {
  constructor(
    private readonly transport: Transport,
    private readonly keyring: string,
  ) {}

  async encrypt(key: string, items: readonly T.EncryptInput[]): Promise<ItemResult<T.Encrypted>[]> {
    return this.#byKey(CALLS.encrypt, key, items);
  }

  /** Each by its own header. With `key`, another key's ciphertexts are refused. */
  async decrypt(items: readonly T.DecryptInput[], key?: string): Promise<ItemResult<T.Decrypted>[]> {
    if (key !== undefined) return this.#byKey(CALLS.decrypt, key, items);
    return this.#send(CALLS.decrypt, route`/api/v1/keyrings/${this.keyring}/decrypt`, items);
  }

  async reEncrypt(key: string, items: readonly T.ReEncryptInput[]): Promise<ItemResult<T.ReEncrypted>[]> {
    return this.#byKey(CALLS.reEncrypt, key, items);
  }

  async dataKey(key: string, items: readonly T.DataKeyInput[]): Promise<ItemResult<T.DataKey>[]> {
    return this.#byKey(CALLS.dataKey, key, items);
  }

  async dataKeyPair(key: string, items: readonly T.DataKeyPairInput[]): Promise<ItemResult<T.DataKeyPair>[]> {
    return this.#byKey(CALLS.dataKeyPair, key, items);
  }

  async sign(key: string, items: readonly T.SignInput[]): Promise<ItemResult<T.Signature>[]> {
    return this.#byKey(CALLS.sign, key, items);
  }

  async verify(key: string, items: readonly T.VerifyInput[]): Promise<ItemResult<T.Verdict>[]> {
    return this.#byKey(CALLS.verify, key, items);
  }

  async mac(key: string, items: readonly T.MacInput[]): Promise<ItemResult<T.Mac>[]> {
    return this.#byKey(CALLS.mac, key, items);
  }

  async verifyMac(key: string, items: readonly T.VerifyMacInput[]): Promise<ItemResult<T.Verdict>[]> {
    return this.#byKey(CALLS.verifyMac, key, items);
  }

  async deriveSharedSecret(
    key: string,
    items: readonly T.DeriveSharedSecretInput[],
  ): Promise<ItemResult<T.SharedSecret>[]> {
    return this.#byKey(CALLS.deriveSharedSecret, key, items);
  }

  async encapsulate(key: string, items: readonly T.EncapsulateInput[]): Promise<ItemResult<T.Encapsulated>[]> {
    return this.#byKey(CALLS.encapsulate, key, items);
  }

  async decapsulate(key: string, items: readonly T.DecapsulateInput[]): Promise<ItemResult<T.SharedSecret>[]> {
    return this.#byKey(CALLS.decapsulate, key, items);
  }

  async random(items: readonly T.RandomInput[]): Promise<ItemResult<T.RandomBytes>[]> {
    return this.#send(CALLS.random, '/api/v1/random', items);
  }

  async #byKey<In extends object, Out extends object>(
    call: CryptoCall<In, Out>,
    key: string,
    items: readonly In[],
  ): Promise<ItemResult<Out>[]> {
    return this.#send(call, route`/api/v1/keyrings/${this.keyring}/keys/${key}/${call.verb}`, items);
  }

  async #send<In extends object, Out extends object>(
    call: CryptoCall<In, Out>,
    path: string,
    items: readonly In[],
  ): Promise<ItemResult<Out>[]> {
    const results: ItemResult<Out>[] = [];
    for (const part of parts(items)) {
      const answer = await this.transport.call<BatchAnswer<Out>>({ method: 'POST', path, body: { items: part } });
      const answered: unknown = answer?.items;
      if (!Array.isArray(answered) || answered.length !== part.length) {
        const detail = `The batch of ${part.length} items was not answered item by item.`;
        throw new KeysteadError('unexpected-answer', detail);
      }
      for (const item of answer.items) results.push(readItem(item, call.bytes));
    }
    return results;
  }
}

interface BatchAnswer<Out> {
  readonly items: readonly (Out | { readonly error: unknown })[];
}

function* parts(items: readonly object[]): Generator<WireObject[]> {
  let part: WireObject[] = [];
  let characters = 0;
  for (const item of items) {
    const wire = toWire(item);
    const size = JSON.stringify(wire).length + 1;
    if (part.length === MAX_ITEMS || (part.length > 0 && characters + size > MAX_BODY_CHARACTERS)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(wire);
    characters += size;
  }
  if (part.length > 0) yield part;
}

function readItem<Out extends object>(
  item: Out | { readonly error: unknown },
  bytes: readonly (keyof Out & string)[],
): ItemResult<Out> {
  if ('error' in item) return { ok: false, error: readItemError(item.error) };
  return { ok: true, value: fromWire(item, bytes) };
}
