import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';
import { signingAlgorithm, signingInput, type SignedInput } from './signing-input.js';
import { verdictOf, type Verdict } from './verdict.js';

export interface VerifyInput extends KeyUseInput, SignedInput {
  readonly signature: Buffer;
}

export const verify: UseOperation<VerifyInput, ResolvedKeyUse, Verdict> = {
  name: 'verify',
  resolve: resolveKeyUse('verify'),

  async run(deps, { snapshot }, input) {
    mustBeFor('sign-verify', snapshot);
    const what = signingInput(input);
    const detail = input.algorithm === undefined ? {} : { algorithm: input.algorithm };
    return verdictOf(
      deps,
      snapshot,
      input.version,
      (loaded) => {
        const signer = mustHave('signer', loaded, snapshot);
        return signer.verify(signingAlgorithm(signer, input.algorithm), what, input.signature);
      },
      detail,
    );
  },
};
