import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SECRET_NAME = /token$|secret|password|passphrase|plaintext|share$|material|privateKey|recoveryCodes|PIN$/i;
/** Shorter texts stand in logs by chance. */
const LEAST_LENGTH = 12;

let made = 0;

/** The secrets that one server was given or gave out. None of them may stand in its log: `search-logs.ts`. */
export class Planted {
  readonly #values = new Set<string>();
  readonly #name = `${process.pid}-${Date.now()}-${++made}`;

  add(value: string): void {
    if (value.length >= LEAST_LENGTH) this.#values.add(value);
  }

  /** Every text under a name that tells of a secret, however deep; of base64 also what it stands for. */
  addFrom(value: unknown, isSecret = false): void {
    if (typeof value === 'string' && isSecret) {
      this.add(value);
      const text = Buffer.from(value, 'base64').toString();
      if (/^[\x20-\x7e]+$/.test(text)) this.add(text);
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      this.addFrom(field, Array.isArray(value) ? isSecret : SECRET_NAME.test(name));
    }
  }

  /** For the search at the end of all tests, which also has patterns of its own. What was left before is replaced. */
  leave(log: string): void {
    const directory = process.env['KEYSTEAD_TEST_LOGS'];
    if (directory === undefined) return;
    mkdirSync(directory, { recursive: true });
    const path = join(directory, this.#name);
    // A log that is there is searched: never without this.
    writeFileSync(`${path}.planted`, JSON.stringify([...this.#values]));
    writeFileSync(`${path}.log`, log);
  }
}
