import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import type { FileSeal } from './sealed-file.js';
import { combine, split } from './shamir.js';
import { readShare, shareText, type ShareOfSet } from './share-text.js';

const METHOD = /^shamir (\d{1,3}) (\d{1,3}) ([0-9a-f]{16}) ((?:[0-9a-f]{32})+)$/;
const DIGEST_BYTES = 16;

/** What a file says about the shares that open it. */
export interface ShamirMethod {
  readonly method: string;
  readonly threshold: number;
  readonly shares: number;
  readonly set: string;
  /** Of every share, so that one that was made up is refused when it is given, and does not spoil the others. */
  readonly digests: Buffer;
}

/**
 * A seal by a fresh key that is at once divided into shares. Its method is `shamir <threshold> <shares> <set> <digests>`,
 * the first 16 bytes of SHA-256 over each share.
 * @throws KmsError invalid-setting unless 2 ≤ threshold ≤ shares ≤ 255
 */
export function newShamirSeal(threshold: number, shares: number): { seal: FileSeal; texts: string[] } {
  if (!(threshold >= 2 && threshold <= shares && shares <= 255)) {
    throw new KmsError('invalid-setting', 'At least 2 shares must be needed, no more than there are, and 255 at most');
  }
  const set = randomBytes(8).toString('hex');
  const key = new Secret(randomBytes(32));
  const made = split(key.bytes, threshold, shares).map((share) => ({ ...share, set }));
  const digests = Buffer.concat(made.map(digestOf)).toString('hex');
  return { seal: { method: `shamir ${threshold} ${shares} ${set} ${digests}`, key }, texts: made.map(shareText) };
}

/** @throws KmsError wrong-root-key for a file of another method */
export function readShamirMethod(method: string | undefined): ShamirMethod {
  const [, threshold, shares, set, digests] = METHOD.exec(method ?? '') ?? [];
  if (method === undefined || set === undefined || digests === undefined) {
    throw new KmsError('wrong-root-key', 'The root key file is not sealed by shares. Check its path and its scheme');
  }
  return {
    method,
    threshold: Number(threshold),
    shares: Number(shares),
    set,
    digests: Buffer.from(digests, 'hex'),
  };
}

/** Collects shares until there are enough. Holds them in memory alone, and forgets them with the attempt. */
export class ShareCollector {
  readonly #given = new Map<number, ShareOfSet>();

  constructor(readonly wanted: ShamirMethod) {}

  get given(): number {
    return this.#given.size;
  }

  /** Whether it is a share of this split at all. @throws KmsError invalid-request for what is no share */
  takes(text: string): boolean {
    const share = readShare(text);
    const { set, digests } = this.wanted;
    const digest = digests.subarray((share.x - 1) * DIGEST_BYTES, share.x * DIGEST_BYTES);
    return share.set === set && digest.length === DIGEST_BYTES && timingSafeEqual(digest, digestOf(share));
  }

  /**
   * @returns the seal, once there are enough
   * @throws KmsError invalid-request for what is no share of this split, or was given already
   */
  add(text: string): FileSeal | undefined {
    if (!this.takes(text)) {
      throw new KmsError('invalid-request', 'share: of another root key, of another split, or made up');
    }
    const share = readShare(text);
    if (this.#given.has(share.x)) {
      throw new KmsError('invalid-request', `share: number ${share.x} was given already; another keeper is needed`);
    }
    this.#given.set(share.x, share);
    if (this.#given.size < this.wanted.threshold) return undefined;
    const key = new Secret(combine([...this.#given.values()]));
    const shares = [...this.#given.keys()].toSorted((a, b) => a - b);
    this.forget();
    return { method: this.wanted.method, key, shares };
  }

  forget(): void {
    for (const { y } of this.#given.values()) y.fill(0);
    this.#given.clear();
  }
}

function digestOf({ set, x, y }: ShareOfSet): Buffer {
  return createHash('sha256').update(set).update(Buffer.of(x)).update(y).digest().subarray(0, DIGEST_BYTES);
}
