import { add, integrityFailure, subtract, type Head, type RowSeal } from '../../keys/row-seal.js';

const ROWS_BETWEEN_YIELDS = 2048;

/** A sealed row as far as its scope is concerned. */
export interface RowMark {
  readonly table: string;
  readonly id: string;
  readonly revision: number;
  readonly tag: Buffer;
}

/**
 * What this node has verified of one scope: the tag of every live row, and the sum that the head vouches for. About
 * 160 bytes a row. A row that was put back, removed or slipped in does not match it.
 */
export class ScopeMirror {
  readonly #tags = new Map<string, string>();
  #sum = 0n;
  #revision = 0;

  constructor(readonly seal: RowSeal) {}

  get revision(): number {
    return this.#revision;
  }

  get sum(): bigint {
    return this.#sum;
  }

  get count(): number {
    return this.#tags.size;
  }

  tagOf(table: string, id: string): Buffer | undefined {
    const tag = this.#tags.get(`${table}:${id}`);
    return tag === undefined ? undefined : Buffer.from(tag, 'latin1');
  }

  /** Of the live rows of a table. */
  idsOf(table: string): string[] {
    const prefix = `${table}:`;
    return [...this.#tags.keys()].filter((row) => row.startsWith(prefix)).map((row) => row.slice(prefix.length));
  }

  /** What rows add to the sum. A scope of 100,000 rows is read without keeping everything else waiting. */
  async elementsOf(changed: readonly RowMark[]): Promise<readonly bigint[]> {
    const elements: bigint[] = [];
    for (const { table, id, tag } of changed) {
      elements.push(this.seal.elementOf(table, id, tag));
      if (elements.length % ROWS_BETWEEN_YIELDS === 0) await new Promise(setImmediate);
    }
    return elements;
  }

  /**
   * Moves on to a newer head with the rows that changed since, and their elements.
   * @throws KmsError integrity-failure, and stays as it was, when they do not add up
   */
  advance(head: Head | undefined, changed: readonly RowMark[], elements: readonly bigint[]): void {
    const { scopeId } = this.seal;
    if (!head) throw integrityFailure(`the head of scope ${scopeId} is missing`);
    if (head.revision < this.#revision)
      throw integrityFailure(`the head of scope ${scopeId} is older than this node has seen`);
    let sum = this.#sum;
    let count = this.#tags.size;
    for (const [index, { table, id }] of changed.entries()) {
      const before = this.tagOf(table, id);
      if (before) sum = subtract(sum, this.seal.elementOf(table, id, before));
      else count += 1;
      sum = add(sum, elements[index] ?? 0n);
    }
    if (sum !== this.seal.sumOf(head) || count !== head.count) {
      throw integrityFailure(
        `the rows of scope ${scopeId} do not add up to what its head says: one was removed, added or put back`,
      );
    }
    for (const { table, id, tag } of changed) this.#tags.set(`${table}:${id}`, tag.toString('latin1'));
    this.#sum = sum;
    this.#revision = head.revision;
  }
}
