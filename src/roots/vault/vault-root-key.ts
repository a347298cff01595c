import { createHash, timingSafeEqual } from 'node:crypto';
import type { client as VaultClient } from 'node-vault';
import { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import { mustBeRootKeyOf, mustBeWrappable } from '../checks.js';
import { RootKey, type WrappedByRoot } from '../root-key.js';
import { newestVersionOf, notTransit, transitText } from './transit-key.js';
import type { VaultAddress } from './vault-address.js';
import type { VaultSession } from './vault-session.js';

const KEY_BYTES = 32;
const CIPHERTEXT = /^vault:v([1-9]\d{0,8}):[A-Za-z0-9+/=_-]+$/;

/**
 * A root key in the Transit engine of Vault or OpenBao. Not every Transit knows associated data, so what it encrypts is
 * key (32 bytes) ‖ SHA-256(context) (32 bytes), and the second half is compared after decryption.
 *
 * Its token needs: update on `<mount>/encrypt/<key>` and `<mount>/decrypt/<key>`, read on `<mount>/keys/<key>`, and update
 * on `<mount>/keys/<key>/rotate` for rotation. It never makes the Transit key.
 */
export class VaultRootKey extends RootKey {
  readonly id: string;
  readonly #session: VaultSession;
  readonly #path: (verb: string) => string;
  readonly #name: string;
  #inspected = false;

  constructor({ id, mount, keyName }: VaultAddress, session: VaultSession) {
    super();
    this.id = id;
    this.#session = session;
    this.#path = (verb) => `${mount}/${verb}/${keyName}`;
    this.#name = `${mount}/${keyName}`;
  }

  async wrap(key: Secret, context: Buffer): Promise<WrappedByRoot> {
    mustBeWrappable(key);
    // Transit makes a missing key when a token may create it: that would be a new root on the fly.
    if (!this.#inspected) await this.check();
    const plaintext = Buffer.concat([key.bytes, digestOf(context)]);
    try {
      const body = { plaintext: plaintext.toString('base64') };
      const answer = await this.#call('encrypt under', (vault) => vault.write(this.#path('encrypt'), body));
      const ciphertext = transitText(answer, 'ciphertext');
      const rootVersion = versionOf(ciphertext);
      if (rootVersion === undefined) throw notTransit();
      return { rootId: this.id, rootVersion, blob: Buffer.from(ciphertext) };
    } finally {
      plaintext.fill(0);
    }
  }

  async unwrap({ rootId, rootVersion, blob }: WrappedByRoot, context: Buffer): Promise<Secret> {
    mustBeRootKeyOf(rootId, this.id);
    const ciphertext = blob.toString('latin1');
    if (versionOf(ciphertext) !== rootVersion) throw doesNotOpen(this.id);
    const answer = await this.#call('decrypt under', (vault) => vault.write(this.#path('decrypt'), { ciphertext }));
    const plaintext = Buffer.from(transitText(answer, 'plaintext'), 'base64');
    try {
      const digest = plaintext.subarray(KEY_BYTES);
      if (digest.length !== KEY_BYTES || !timingSafeEqual(digest, digestOf(context))) throw doesNotOpen(this.id);
      return new Secret(Buffer.from(plaintext.subarray(0, KEY_BYTES)));
    } finally {
      plaintext.fill(0);
    }
  }

  async rotate(): Promise<number> {
    await this.#call('rotate', (vault) => vault.write(`${this.#path('keys')}/rotate`, {}));
    return this.newestVersion();
  }

  async newestVersion(): Promise<number> {
    const newest = newestVersionOf(await this.#call('read', (vault) => vault.read(this.#path('keys'))), this.#name);
    this.#inspected = true;
    return newest;
  }

  async check(): Promise<void> {
    await this.newestVersion();
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  #call(verb: string, request: (client: VaultClient) => Promise<unknown>): Promise<unknown> {
    return this.#session.call(`${verb} the key ${this.#name}`, request);
  }
}

function versionOf(ciphertext: string): number | undefined {
  const version = CIPHERTEXT.exec(ciphertext)?.[1];
  return version === undefined ? undefined : Number(version);
}

function digestOf(context: Buffer): Buffer {
  return createHash('sha256').update(context).digest();
}

function doesNotOpen(id: string): KmsError {
  return new KmsError('wrong-root-key', `The root ${id} does not open this wrapping, or not under this context`);
}
