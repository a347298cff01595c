import type { LogSource, Subtree } from '../audit/verifier/log-source.js';
import { splitBundle } from '../audit/verifier/split-bundle.js';
import { isKeysteadError, LOG_TILE_WIDTH as WIDTH, type AuditLog } from '../client/client.js';

const HASH_BYTES = 32;

/** The log of a server, as it serves it: a bundle or a tile at a time. */
export class ServerLog implements LogSource {
  constructor(
    private readonly log: Pick<AuditLog, 'tile'>,
    readonly minimumIndex = 0,
  ) {}

  /** The log as it is now. */
  static async open(log: AuditLog): Promise<ServerLog> {
    return new ServerLog(log, await log.minimumIndex());
  }

  async *dropped(): AsyncGenerator<Subtree, void> {
    for await (const hash of this.hashes(0, this.minimumIndex)) yield { hash, height: 0 };
  }

  async *entries(from: number, to: number): AsyncGenerator<Buffer, void> {
    for await (const [index, bundle] of this.#tiles('entries', from, to)) {
      const start = index * WIDTH;
      yield* splitBundle(bundle, index).slice(Math.max(0, from - start), to - start);
    }
  }

  async *hashes(from: number, to: number): AsyncGenerator<Buffer, void> {
    for await (const [index, tile] of this.#tiles(0, from, to)) {
      const end = Math.min(tile.length, (to - index * WIDTH) * HASH_BYTES);
      for (let at = Math.max(0, from - index * WIDTH) * HASH_BYTES; at < end; at += HASH_BYTES) {
        yield tile.subarray(at, at + HASH_BYTES);
      }
    }
  }

  async *#tiles(level: 0 | 'entries', from: number, to: number): AsyncGenerator<readonly [number, Buffer], void> {
    for (let index = Math.floor(from / WIDTH); index * WIDTH < to; index++) {
      const width = Math.min(WIDTH, to - index * WIDTH);
      const tile = (await this.#tile(level, index, width)) ?? (await this.#shorter(level, index, width));
      if (!tile) return;
      yield [index, tile];
    }
  }

  /** What is there of a tile that is not as wide as was asked for: the log is shorter. */
  async #shorter(level: 0 | 'entries', index: number, width: number): Promise<Buffer | undefined> {
    let [there, notThere] = [0, width];
    let widest: Buffer | undefined;
    while (notThere - there > 1) {
      const middle = Math.floor((there + notThere) / 2);
      const tile = await this.#tile(level, index, middle);
      if (tile) [there, widest] = [middle, tile];
      else notThere = middle;
    }
    return widest;
  }

  async #tile(level: 0 | 'entries', index: number, width: number): Promise<Buffer | undefined> {
    try {
      return await this.log.tile(level, index, width);
    } catch (error) {
      if (isKeysteadError(error) && error.status === 404) return undefined;
      throw error;
    }
  }
}
