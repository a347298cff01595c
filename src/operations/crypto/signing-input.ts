import type { SigningInput, SigningKey } from '../../crypto/algorithm.js';
import { KmsError } from '../../errors.js';

/** What is signed: either of the two. */
export interface SignedInput {
  readonly message?: Buffer;
  /** By the algorithm's own hash; it is not hashed again. */
  readonly digest?: Buffer;
  /** Default: the first that the key takes. */
  readonly algorithm?: string;
}

/** @throws KmsError invalid-request unless exactly one is given */
export function signingInput({ message, digest }: SignedInput): SigningInput {
  if (message !== undefined && digest === undefined) return { message };
  if (digest !== undefined && message === undefined) return { digest };
  throw new KmsError('invalid-request', 'give either message or digest');
}

/** The named one, which the key itself checks, or its first. */
export function signingAlgorithm({ algorithms: [standard = ''] }: SigningKey, named: string | undefined): string {
  return named ?? standard;
}
