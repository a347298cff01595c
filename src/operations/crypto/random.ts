import { random as randomBytes } from '../../crypto/random.js';
import { KmsError } from '../../errors.js';
import type { Resolved, UseOperation } from '../operation.js';

const MAX_BYTES = 65_536;

export interface RandomInput {
  /** 1 to 65,536. */
  readonly bytes: number;
}

export interface RandomOutput {
  readonly random: Buffer;
}

/** Of the operating system's generator. */
export const random: UseOperation<RandomInput, Resolved, RandomOutput> = {
  name: 'random',

  async resolve() {
    return {
      needs: [{ permission: 'random', resource: { kind: 'anywhere' } }],
      subject: { resource: 'install' },
      scopes: [],
      basis: [],
    };
  },

  async run(_deps, _resolved, { bytes }) {
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > MAX_BYTES) {
      throw new KmsError('invalid-request', `bytes: a whole number from 1 to ${MAX_BYTES}`);
    }
    return { output: { random: await randomBytes(bytes) }, detail: { bytes } };
  },
};
