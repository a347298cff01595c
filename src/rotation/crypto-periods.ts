import type { KeyUsage } from '../crypto/key-spec.js';
import { DAY } from './duration.js';

const YEAR = 365 * DAY;

/** How long a key of a usage should be used, in milliseconds. */
export interface CryptoPeriod {
  /** For new work. */
  readonly originator: number;
  /** For reading what was made, since new work stopped; undefined: nothing is read with it, or as long as it is needed. */
  readonly recipient?: number;
  readonly source: string;
}

/** NIST SP 800-57 part 1 revision 5, section 5.3.6 and table 1; the longest that it suggests. */
export const CRYPTO_PERIODS: Readonly<Record<KeyUsage, CryptoPeriod>> = {
  'encrypt-decrypt': { originator: 2 * YEAR, recipient: 3 * YEAR, source: 'a data-encryption key' },
  'sign-verify': { originator: 3 * YEAR, source: 'a private signature key' },
  'generate-verify-mac': { originator: 2 * YEAR, recipient: 3 * YEAR, source: 'an authentication key' },
  'key-agreement': { originator: 2 * YEAR, source: 'a static key-agreement key' },
  'encapsulate-decapsulate': { originator: 2 * YEAR, source: 'a key-transport key' },
};
