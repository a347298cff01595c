import { KeysteadError } from './keystead-error.js';
import type { RowMark } from './audit-types.js';
import { eachItem, type Page } from './page.js';
import type { Transport } from './transport.js';

const LOG = '/api/v1/audit/log';

/** Hashes in a full tile, records in a full bundle. */
export const LOG_TILE_WIDTH = 256;

/** The log in the formats of C2SP (tlog-tiles, tlog-checkpoint), for those who may read every record. Every method throws a KeysteadError. */
export class AuditLog {
  constructor(private readonly transport: Transport) {}

  /** `origin+id+key`: verifies checkpoints. Compare it with what the operators gave you by another way. */
  async verifierKey(): Promise<string> {
    return (await this.#text('vkey')).trim();
  }

  /** Signed, over every record written before: a C2SP tlog-checkpoint. */
  async checkpoint(): Promise<string> {
    return this.#text('checkpoint');
  }

  /** The newest that enough of the service's witnesses co-signed, with their cosignatures. @returns undefined: there is none */
  async cosignedCheckpoint(): Promise<string | undefined> {
    try {
      return await this.#text('checkpoint?cosigned=true');
    } catch (error) {
      if (error instanceof KeysteadError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Of the first record that is there: those before were dropped as the retention policy says, their hashes and proofs were not. */
  async minimumIndex(): Promise<number> {
    const call = { method: 'GET', path: `${LOG}/minimum` } as const;
    return (await this.transport.call<{ readonly minimumIndex: number }>(call)).minimumIndex;
  }

  /** PROOF(from, D[to]) of RFC 6962: the log of `to` records goes on from the one of `from`. */
  async consistency(from: number, to: number): Promise<readonly Buffer[]> {
    const path = `${LOG}/consistency`;
    const call = { method: 'GET', path, query: { from, to } } as const;
    const { proof } = await this.transport.call<{ readonly proof: readonly string[] }>(call);
    return proof.map((hash) => Buffer.from(hash, 'base64'));
  }

  /**
   * A tile of hashes, or a bundle of records, each after its length (u16).
   * @param width how many hashes or records
   */
  async tile(level: number | 'entries', index: number, width: number = LOG_TILE_WIDTH): Promise<Buffer> {
    return this.#bytes(`tile/${level}/${numberPath(index)}${width === LOG_TILE_WIDTH ? '' : `.p/${width}`}`);
  }

  /** The rows that decide, as the tables have them: what `detail.rows` of the records must add up to. */
  rows(): AsyncGenerator<RowMark, void> {
    const call = { method: 'GET', path: '/api/v1/audit/state' } as const;
    return eachItem((cursor) => this.transport.call<Page<RowMark>>({ ...call, query: { limit: 1_000, cursor } }));
  }

  async #text(what: string): Promise<string> {
    return (await this.#bytes(what)).toString('utf8');
  }

  async #bytes(what: string): Promise<Buffer> {
    return this.transport.call<Buffer>({ method: 'GET', path: `${LOG}/${what}`, raw: true });
  }
}

/** `1234067` is `x001/x234/067`. */
function numberPath(index: number): string {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new KeysteadError('invalid-request', `${index} is no number of a tile: give 0, 1, 2 …`);
  }
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  return digits.replaceAll(/\d{3}(?=\d)/g, (group) => `x${group}/`);
}
