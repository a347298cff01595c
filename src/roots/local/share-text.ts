import { createHash } from 'node:crypto';
import { KmsError } from '../../errors.js';
import type { Share } from './shamir.js';

/** Which ceremony a share belongs to, so that shares of two are told apart. */
export interface ShareOfSet extends Share {
  /** 16 hex digits. */
  readonly set: string;
}

const FORM = /^keystead-share-([0-9a-f]{16})-([0-9a-f]{2})-([0-9a-f]{64})-([0-9a-f]{8})$/;

/** `keystead-share-<set>-<x>-<32 bytes>-<checksum>` in hex: what an operator keeps and types. */
export function shareText({ set, x, y }: ShareOfSet): string {
  const body = `${set}-${x.toString(16).padStart(2, '0')}-${y.toString('hex')}`;
  return `keystead-share-${body}-${checksum(body)}`;
}

/** @throws KmsError invalid-request, which repeats nothing of it */
export function readShare(text: string): ShareOfSet {
  const [, set, x, y, sum] = FORM.exec(text.trim()) ?? [];
  if (set === undefined || x === undefined || y === undefined || x === '00' || sum !== checksum(`${set}-${x}-${y}`)) {
    throw new KmsError('invalid-request', 'share: not a share, or mistyped');
  }
  return { set, x: Number.parseInt(x, 16), y: Buffer.from(y, 'hex') };
}

/** Against typing errors alone. */
function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 8);
}
