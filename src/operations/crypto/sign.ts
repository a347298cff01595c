import { KmsError } from '../../errors.js';
import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { loadPrimary, mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';
import { signingAlgorithm, signingInput, type SignedInput } from './signing-input.js';

export interface SignInput extends KeyUseInput, SignedInput {}

export interface SignOutput extends KeyUse {
  /** Raw and interoperable. */
  readonly signature: Buffer;
  readonly algorithm: string;
}

export const sign: UseOperation<SignInput, ResolvedKeyUse, SignOutput> = {
  name: 'sign',
  resolve: resolveKeyUse('sign'),

  async run(deps, { snapshot }, input) {
    mustBeFor('sign-verify', snapshot);
    const what = signingInput(input);
    const loaded = await loadPrimary(deps, snapshot, input.version);
    const signer = mustHave('signer', loaded, snapshot);
    const algorithm = signingAlgorithm(signer, input.algorithm);
    const signature = await signer.sign?.(algorithm, what);
    if (!signature) throw new KmsError('internal-error', 'a loaded signing key has no private half');
    return {
      output: { signature, algorithm, keyId: snapshot.key.id, version: loaded.row.version },
      detail: { algorithm, input: 'digest' in what ? 'digest' : 'message' },
    };
  },
};
