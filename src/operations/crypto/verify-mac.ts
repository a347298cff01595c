import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { mustHave } from './load-for-use.js';
import { mustBeOwnAlgorithm } from './mac.js';
import { resolveKeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';
import { verdictOf, type Verdict } from './verdict.js';

export interface VerifyMacInput extends KeyUseInput {
  readonly message: Buffer;
  /** The full HMAC; a shortened one is not valid. */
  readonly mac: Buffer;
  /** A key has one, named like its spec. Default: that one. */
  readonly algorithm?: string;
}

export const verifyMac: UseOperation<VerifyMacInput, ResolvedKeyUse, Verdict> = {
  name: 'verify-mac',
  resolve: resolveKeyUse('verify-mac'),

  async run(deps, { snapshot }, { message, mac, version, algorithm }) {
    mustBeFor('generate-verify-mac', snapshot);
    mustBeOwnAlgorithm(snapshot, algorithm);
    return verdictOf(deps, snapshot, version, (loaded) => mustHave('mac', loaded, snapshot).verify(message, mac));
  },
};
