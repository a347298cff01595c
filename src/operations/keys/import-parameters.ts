import type { WrappingAlgorithm } from '../../crypto/key-wrapping.js';
import type { UseOperation } from '../operation.js';
import { findKeyring } from '../resolve-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { makeImportToken, type ImportSpec } from './import-token.js';
import { stateOnceImported } from './state-once-imported.js';
import { resolveKeyChange } from './resolve-key-change.js';
import { mustBeWrappingAlgorithm } from './wrapping-algorithm.js';

export interface ImportParametersInput extends KeyInput {
  /** How the material will be wrapped. */
  readonly algorithm: string;
  /** Of the key that the material is wrapped to. Default `rsa-3072`. */
  readonly wrappingSpec?: ImportSpec;
}

export interface ImportParametersOutput {
  readonly keyId: string;
  /** Good once, for this key, this caller and this algorithm. Shown once. */
  readonly importToken: string;
  /** Wrap the material to it: SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  readonly algorithm: WrappingAlgorithm;
  /** 24 hours from now. */
  readonly expiresAt: Date;
}

export const importParameters: UseOperation<ImportParametersInput, ResolvedKey, ImportParametersOutput> = {
  name: 'key.import-parameters',
  resolve: resolveKeyChange('key.import-parameters'),

  async run(deps, { snapshot: { key } }, input, arrival) {
    stateOnceImported(key, deps.clock.now());
    const algorithm = mustBeWrappingAlgorithm(input.algorithm, key.spec);
    const keyring = await findKeyring(deps, key.keyringId, 'key.import-parameters', arrival);
    const permit = { key, callerId: arrival.caller.id, algorithm, spec: input.wrappingSpec ?? 'rsa-3072' };
    const made = await makeImportToken(deps, permit, keyring.wrappingVersion);
    return { output: { keyId: key.id, algorithm, ...made }, detail: { algorithm, expiresAt: made.expiresAt } };
  },
};
