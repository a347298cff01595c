import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { PersistentCaller } from './persistent-caller.js';
import { ALIASES, KEYS, type KnownKey } from './known-key.js';
import { useKey } from './proofs.js';

/** One of each kind of material; `rsa-2048` takes long to make, which is what a kill should meet too. */
const SPECS: readonly { readonly spec: string; readonly usage?: string }[] = [
  { spec: 'aes-256-xaes' },
  { spec: 'ed25519' },
  { spec: 'hmac-sha-256' },
  { spec: 'aes-256-gcm' },
  { spec: 'ecc-p256', usage: 'sign-verify' },
  { spec: 'x25519' },
  { spec: 'chacha20-poly1305' },
  { spec: 'ml-kem-768' },
  { spec: 'rsa-2048', usage: 'sign-verify' },
  { spec: 'ml-dsa-44' },
];

/** Makes keys and changes them, one operation at a time, and knows what every key must look like. */
export class Writer {
  readonly keys: KnownKey[] = [];
  /** Alias → id of its key. */
  readonly aliases = new Map<string, string>();
  readonly #token: string;

  constructor(
    private readonly caller: PersistentCaller,
    private readonly number: number,
  ) {
    this.#token = caller.stand.tokens.keyAdmin;
  }

  async write(): Promise<void> {
    for (let round = 0; !this.caller.history.isFull; round++) {
      const key = await this.#create(SPECS[(this.number + round) % SPECS.length], round);
      for (const step of this.#story(key, `w${this.number}-r${round}`)) {
        await step();
        if (this.caller.history.isFull) return;
      }
    }
  }

  #story(key: KnownKey, alias: string): (() => Promise<void>)[] {
    const use = async () => void key.proofs.push(await useKey(this.caller, key));
    // A version that nothing was made with could not be proven later: a rotation and a use are one step.
    const rotate = async (idempotencyKey?: string) => {
      await this.#rotate(key, idempotencyKey);
      await use();
    };
    return [
      use,
      () => this.#tag(key, { ...key.tags, stage: 'one' }),
      () => this.#createAlias(alias, key),
      () => rotate(randomUUID()),
      () => this.#setState(key, 'disabled'),
      () => this.#setState(key, 'enabled'),
      use,
      () => this.#moveAlias(alias, this.keys[0] ?? key),
      () => rotate(),
      () => this.#tag(key, { ...key.tags, stage: 'two' }),
      () => (this.number % 2 === 0 ? this.#deleteAlias(alias) : this.#moveAlias(alias, key)),
      use,
      () => (this.number % 3 === 0 ? this.#setState(key, 'disabled') : use()),
    ];
  }

  async #create(kind: object | undefined, round: number): Promise<KnownKey> {
    const idempotencyKey = randomUUID();
    const tags = { writer: String(this.number), round: String(round) };
    const body = { ...kind, tags };
    const { id, usage } = await this.caller.ask({ ...this.#post('key.create', KEYS), body, idempotencyKey });
    const key: KnownKey = {
      id,
      path: `${KEYS}/${id}`,
      usage,
      creation: { idempotencyKey, body },
      rotations: [],
      versions: 1,
      state: 'enabled',
      tags,
      proofs: [],
    };
    this.keys.push(key);
    key.proofs.push(await useKey(this.caller, key));
    return key;
  }

  /** Under an Idempotency-Key it is repeated whatever became of it, without one only if it did not take effect. */
  async #rotate(key: KnownKey, idempotencyKey?: string): Promise<void> {
    const next = key.versions + 1;
    if (idempotencyKey !== undefined) key.rotations.push(idempotencyKey);
    const answer = await this.caller.call({
      ...this.#post('key.rotate', `${key.path}/rotate`),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      tookEffect: async () =>
        (await this.#isAfter(key, 'versionCount', key.versions, next)) && idempotencyKey === undefined,
    });
    if (answer && answer.body.primaryVersion !== next) throw new Error(`rotated to ${JSON.stringify(answer.body)}`);
    key.versions = next;
  }

  async #setState(key: KnownKey, state: KnownKey['state']): Promise<void> {
    const verb = state === 'enabled' ? 'enable' : 'disable';
    await this.caller.call({
      ...this.#post(`key.${verb}`, `${key.path}/${verb}`),
      tookEffect: () => this.#isAfter(key, 'state', key.state, state),
    });
    key.state = state;
  }

  async #tag(key: KnownKey, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.caller.call({
      ...this.#post('key.update', key.path),
      method: 'PATCH',
      body: { tags },
      tookEffect: () => this.#isAfter(key, 'tags', key.tags, tags),
    });
    key.tags = tags;
  }

  async #createAlias(name: string, key: KnownKey): Promise<void> {
    const body = { name, key: key.id };
    await this.caller.call({ ...this.#post('alias.set', ALIASES), body, idempotencyKey: randomUUID() });
    this.aliases.set(name, key.id);
  }

  async #moveAlias(name: string, key: KnownKey): Promise<void> {
    await this.caller.call({
      ...this.#post('alias.set', `${ALIASES}/${name}`),
      method: 'PUT',
      body: { key: key.id },
      tookEffect: async () => this.#mustBeOneOf(await this.#keyOf(name), this.aliases.get(name), key.id),
    });
    this.aliases.set(name, key.id);
  }

  async #deleteAlias(name: string): Promise<void> {
    await this.caller.call({
      ...this.#post('alias.delete', `${ALIASES}/${name}`),
      method: 'DELETE',
      tookEffect: async () => this.#mustBeOneOf(await this.#keyOf(name), this.aliases.get(name), undefined),
    });
    this.aliases.delete(name);
  }

  async #isAfter(key: KnownKey, field: string, before: unknown, after: unknown): Promise<boolean> {
    const path = key.path;
    const found = await this.caller.ask({ operation: 'key.describe', token: this.#token, method: 'GET', path });
    return this.#mustBeOneOf(found[field], before, after);
  }

  async #keyOf(alias: string): Promise<unknown> {
    const path = `${ALIASES}?limit=1000`;
    const { items } = await this.caller.ask({ operation: 'alias.list', token: this.#token, method: 'GET', path });
    return items.find((item: { name: string }) => item.name === alias)?.keyId;
  }

  #mustBeOneOf(found: unknown, before: unknown, after: unknown): boolean {
    if (isDeepStrictEqual(found, after)) return true;
    if (isDeepStrictEqual(found, before)) return false;
    throw new Error(`neither before nor after: ${JSON.stringify({ found, before, after })}`);
  }

  #post(operation: string, path: string) {
    return { operation, token: this.#token, method: 'POST', path } as const;
  }
}
