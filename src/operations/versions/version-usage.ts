import type { UseOperation } from '../operation.js';
import type { ResolvedKey } from '../keys/get-key.js';
import { mustHaveVersion, resolveVersionChange, type VersionInput } from './change-version-state.js';

/** Whether a version is still needed. */
export interface VersionUsageDescription {
  readonly keyId: string;
  readonly version: number;
  readonly encryptions: number;
  readonly decryptions: number;
  readonly signatures: number;
  readonly verifications: number;
  /** Calls that needed the version and were refused for its state. */
  readonly refused: number;
  /** Of messages, as they came in. */
  readonly bytes: number;
  readonly lastUsedAt: Date | null;
  /** Id of the caller. */
  readonly lastUsedBy: string | null;
}

/** Of all nodes up to 5 seconds ago, of this one up to now. */
export const getVersionUsage: UseOperation<VersionInput, ResolvedKey, VersionUsageDescription> = {
  name: 'version.usage',
  resolve: resolveVersionChange('version.usage'),

  async run(deps, { snapshot }, { version }) {
    mustHaveVersion(snapshot, version);
    const use = (await deps.usage.of(snapshot.key.id)).get(version);
    return {
      output: {
        keyId: snapshot.key.id,
        version,
        encryptions: use?.encryptions ?? 0,
        decryptions: use?.decryptions ?? 0,
        signatures: use?.signatures ?? 0,
        verifications: use?.verifications ?? 0,
        refused: use?.refused ?? 0,
        bytes: use?.bytes ?? 0,
        lastUsedAt: use?.usedAt ?? null,
        lastUsedBy: use?.usedBy ?? null,
      },
    };
  },
};
