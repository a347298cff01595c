import { setTimeout as sleep } from 'node:timers/promises';
import { isKeysteadError, KeysteadClient } from '../../../src/client/client.js';
import type { Node } from '../node.js';
import { encryptMessage } from './message.js';
import type { Observed } from './observed.js';
import type { PersistentClient } from './persistent-client.js';

const PAUSE_MS = 5;
const PATIENCE_MS = 5000;

interface Verdict {
  /** When it first refused; before the revocation was acknowledged, or after. */
  readonly refusedAt: number;
  /** It answered all the time. */
  readonly served: boolean;
}

/** Revokes versions of keys that every node has in use, and measures until every node has refused. */
export class Revoker {
  #revoked = 0;

  constructor(
    private readonly observed: Observed,
    private readonly nodes: readonly Node[],
    private readonly admin: PersistentClient,
    private readonly app: PersistentClient,
    private readonly token: string,
  ) {}

  async revoke(): Promise<void> {
    const name = `revoked-${this.#revoked++}`;
    const { id } = await this.admin.make(
      (client) => client.keys.create({ name }),
      async (client) => (await client.keys.list({ namePrefix: name })).items.find((key) => key.name === name),
    );
    const { ciphertext } = await encryptMessage(this.app, id);
    const decrypts = this.nodes.map((node) => () => this.#at(node).decrypt({ ciphertext }));
    // Loaded wherever a node serves.
    await Promise.all(decrypts.map((decrypt) => decrypt().catch(() => undefined)));
    const revocation = { isAcknowledged: false };
    const everywhere = decrypts.map((decrypt) => this.#untilRefused(decrypt, revocation));
    await this.admin.make(
      (client) => client.versions.revoke(id, 1, 'compromised'),
      async (client) => {
        const { items } = await client.versions.list(id);
        return items.find(({ version, state }) => version === 1 && state === 'revoked');
      },
    );
    revocation.isAcknowledged = true;
    const acknowledgedAt = performance.now();
    const verdicts = await Promise.all(everywhere);
    const last = Math.max(...verdicts.map(({ refusedAt }) => refusedAt));
    const allServed = verdicts.every(({ served }) => served);
    this.observed.revocations.push({ ms: Math.max(0, last - acknowledgedAt), allServed });
  }

  #at({ url }: Node): KeysteadClient {
    return new KeysteadClient({
      url,
      token: this.token,
      retries: 0,
      timeoutMs: PATIENCE_MS,
      fetch: this.observed.fetchInto([]),
    });
  }

  /** A node that decrypts what was asked of it after the revocation was acknowledged is wrong. */
  async #untilRefused(
    decrypt: () => Promise<unknown>,
    revocation: { readonly isAcknowledged: boolean },
  ): Promise<Verdict> {
    for (let served = true; ;) {
      const { isAcknowledged } = revocation;
      try {
        await decrypt();
        if (isAcknowledged)
          this.observed.wrong.add('a version was decrypted under after its revocation was acknowledged');
      } catch (error) {
        if (this.observed.isAbandoned || isKeysteadError(error, 'version-revoked'))
          return { refusedAt: performance.now(), served };
        served = false;
      }
      await sleep(PAUSE_MS);
    }
  }
}
