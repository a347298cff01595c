import type { Deps } from '../deps.js';
import type { UseOperation } from '../operation.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from './resolve-keyring.js';

export interface RewrapStatus {
  /** `running` until no material is under an older wrapping key and the older ones are destroyed. */
  readonly state: 'idle' | 'running';
  /** The oldest wrapping key version that is left; equal to `toVersion` when idle. */
  readonly fromVersion: number;
  readonly toVersion: number;
  /** Materials under the newest wrapping key. */
  readonly moved: number;
  /** Materials in the keyring. */
  readonly total: number;
}

export async function readRewrapStatus(deps: Deps, keyringId: string): Promise<RewrapStatus> {
  const live = (await deps.ledger.wrappingKeys(keyringId)).filter(({ state }) => state !== 'destroyed');
  const versions = live.map(({ version }) => version);
  const toVersion = Math.max(0, ...versions);
  const counts = await deps.materials.countByWrapping(keyringId);
  return {
    state: live.some(({ state }) => state === 'retiring') ? 'running' : 'idle',
    fromVersion: Math.min(toVersion, ...versions),
    toVersion,
    moved: counts.get(toVersion) ?? 0,
    total: [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** How far the last rewrap is. */
export const getRewrapStatus: UseOperation<KeyringInput, ResolvedKeyring, RewrapStatus> = {
  name: 'keyring.describe',
  resolve: resolveKeyring('keyring.describe'),
  run: async (deps, { keyring }) => ({ output: await readRewrapStatus(deps, keyring.id) }),
};
