import { algorithmFor } from '../../crypto/algorithms.js';
import { unwrapImported } from '../../crypto/key-wrapping.js';
import { KmsError } from '../../errors.js';
import type { ImportToken } from '../../keys/import-tokens.js';
import type { KeyRow, VersionRow } from '../../keys/records.js';
import { mustBeActive } from '../../keys/version-states.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation } from '../operation.js';
import { findKeyring, subjectOfKey } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import { wrapVersion } from './generate-version.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { findImportToken, tryImportToken, useUpImportToken } from './import-token.js';
import { stateOnceImported } from './state-once-imported.js';
import { currentKey, mustBeUnderNewest, resolveKeyChange } from './resolve-key-change.js';

export interface ImportKeyInput extends KeyInput {
  /** Of import-parameters. */
  readonly importToken: string;
  /** What the key's algorithm accepts (PKCS#8, raw key or seed), wrapped as import-parameters said. */
  readonly wrappedMaterial: Buffer;
}

type NewVersionRow = Omit<VersionRow, 'revision'>;

/** Imported keys have one version: who has new material brings it to a new key. */
const VERSION = 1;

/** The first import gives the key its material; a later one must bring the same, and renews how it is stored. */
export const importKey: ChangeOperation<ImportKeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.import',
  resolve: resolveKeyChange('key.import'),

  async run(deps, { snapshot }, { importToken, wrappedMaterial }, commit, arrival) {
    const { key } = snapshot;
    const now = deps.engineClock.now();
    stateOnceImported(key, now);
    const token = await findImportToken(deps, importToken, key, arrival.caller.id);
    const { wrappingVersion } = await findKeyring(deps, key.keyringId, 'key.import', arrival);
    const brought = await openBrought(deps, key, token, wrappedMaterial, wrappingVersion);
    return commit([key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      mustBeUnderNewest(change, key.keyringId, wrappingVersion);
      const imported = { ...current.key, state: stateOnceImported(current.key, now), primaryVersion: VERSION };
      const [before] = current.versions;
      change.putKey(imported, [before ? renewed(before, brought) : brought]);
      await useUpImportToken(deps, token);
      return {
        output: describeKey({ key: { ...imported, versionCount: VERSION } }, now),
        subject: subjectOfKey(snapshot, VERSION),
        detail: { algorithm: token.algorithm, again: before !== undefined },
      };
    });
  },
};

/** @throws KmsError invalid-import-token, invalid-key-material */
async function openBrought(
  deps: Deps,
  key: KeyRow,
  token: ImportToken,
  wrappedMaterial: Buffer,
  wrappingVersion: number,
): Promise<NewVersionRow> {
  return tryImportToken(deps, token, async (importKey) => {
    const material = await unwrapImported(importKey, wrappedMaterial, token.algorithm);
    try {
      const made = await algorithmFor(key.spec).accept(material.bytes);
      return await wrapVersion(deps, key, VERSION, wrappingVersion, made);
    } finally {
      material.destroy();
    }
  });
}

/** The version as it was, its material wrapped anew. @throws KmsError version-destroyed, invalid-key-material */
function renewed(before: VersionRow, { fingerprint, material, wrappingVersion }: NewVersionRow): NewVersionRow {
  if (before.state === 'destroyed') mustBeActive(before.state, before.version);
  if (!before.fingerprint || !fingerprint || !before.fingerprint.equals(fingerprint)) {
    throw new KmsError(
      'invalid-key-material',
      'the key has other material than this: only the same can be imported again; bring new material to a new key',
    );
  }
  return { ...before, material, wrappingVersion };
}
