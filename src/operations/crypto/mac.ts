import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { loadPrimary, mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export interface MacInput extends KeyUseInput {
  readonly message: Buffer;
}

export interface MacOutput extends KeyUse {
  /** The full HMAC. */
  readonly mac: Buffer;
}

export const mac: UseOperation<MacInput, ResolvedKeyUse, MacOutput> = {
  name: 'mac',
  resolve: resolveKeyUse('mac'),

  async run(deps, { snapshot }, { message, version }) {
    mustBeFor('generate-verify-mac', snapshot);
    const loaded = await loadPrimary(deps, snapshot, version);
    const value = mustHave('mac', loaded, snapshot).mac(message);
    return { output: { mac: value, keyId: snapshot.key.id, version: loaded.row.version } };
  },
};
