import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';
import { verdictOf, type Verdict } from './verdict.js';

export interface VerifyMacInput extends KeyUseInput {
  readonly message: Buffer;
  /** The full HMAC; a shortened one is not valid. */
  readonly mac: Buffer;
}

export const verifyMac: UseOperation<VerifyMacInput, ResolvedKeyUse, Verdict> = {
  name: 'verify-mac',
  resolve: resolveKeyUse('verify-mac'),

  async run(deps, { snapshot }, { message, mac, version }) {
    mustBeFor('generate-verify-mac', snapshot);
    return verdictOf(deps, snapshot, version, (loaded) => mustHave('mac', loaded, snapshot).verify(message, mac));
  },
};
