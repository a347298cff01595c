import { KmsError } from '../../errors.js';
import type { KeySnapshot } from '../../keys/records.js';
import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { loadPrimary, mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export interface MacInput extends KeyUseInput {
  readonly message: Buffer;
  /** A key has one, named like its spec. Default: that one. */
  readonly algorithm?: string;
}

export interface MacOutput extends KeyUse {
  /** The full HMAC. */
  readonly mac: Buffer;
}

export const mac: UseOperation<MacInput, ResolvedKeyUse, MacOutput> = {
  name: 'mac',
  resolve: resolveKeyUse('mac'),

  async run(deps, { snapshot }, { message, version, algorithm }) {
    mustBeFor('generate-verify-mac', snapshot);
    mustBeOwnAlgorithm(snapshot, algorithm);
    const loaded = await loadPrimary(deps, snapshot, version);
    const value = mustHave('mac', loaded, snapshot).mac(message);
    return { output: { mac: value, keyId: snapshot.key.id, version: loaded.row.version } };
  },
};

/** @throws KmsError invalid-request */
export function mustBeOwnAlgorithm({ key }: KeySnapshot, algorithm: string | undefined): void {
  if (algorithm === undefined || algorithm === key.spec) return;
  throw new KmsError('invalid-request', `algorithm: this key has ${key.spec} alone`);
}
