import type { GeneratedKey } from '../../crypto/algorithm.js';
import { algorithmFor } from '../../crypto/algorithms.js';
import { unwrapImported } from '../../crypto/key-wrapping.js';
import { KmsError } from '../../errors.js';
import type { ImportToken } from '../../keys/import-tokens.js';
import { importedAs } from '../../keys/imported-versions.js';
import { keyringsOf } from '../../keys/multi-region.js';
import type { KeyRow, KeySnapshot, VersionRow } from '../../keys/records.js';
import type { Deps } from '../deps.js';
import { putCopies, copiesOf } from '../multi-region/copies.js';
import type { ChangeOperation } from '../operation.js';
import { findKeyring, subjectOfKey } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import { wrapVersion } from './generate-version.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { algorithmIn, findImportToken, tryImportToken, useUpImportToken } from './import-token.js';
import { stateOnceImported } from './state-once-imported.js';
import { currentKey, mustBeUnderNewest, resolveKeyChange } from './resolve-key-change.js';
import { versionToImport, type ImportedAs } from './version-to-import.js';

export interface ImportKeyInput extends KeyInput, ImportedAs {
  /** Of import-parameters. */
  readonly importToken: string;
  /** What the key's algorithm accepts (PKCS#8, raw key or seed), wrapped as import-parameters said. */
  readonly wrappedMaterial: Buffer;
  /** From then on the key waits for its import again. Default: never. */
  readonly expiresAt?: Date;
  /** For people. Default: as it was. */
  readonly materialDescription?: string;
}

export interface ImportedKey extends KeyDescription {
  /** Whose material it is. */
  readonly importedVersion: number;
}

type NewVersionRow = Omit<VersionRow, 'revision'>;

/**
 * The first import gives the key its material. A later one brings the same again, and renews how it is stored; or, for a symmetric
 * key, new material as a version that waits for its rotation (`rotateKey`).
 */
export const importKey: ChangeOperation<ImportKeyInput, ResolvedKey, ImportedKey> = {
  name: 'key.import',
  resolve: resolveKeyChange('key.import'),

  async run(deps, { snapshot }, input, commit, arrival) {
    const { key, versions } = snapshot;
    const { importToken, wrappedMaterial, expiresAt } = input;
    const now = deps.engineClock.now();
    stateOnceImported(key, now);
    if (expiresAt && expiresAt.getTime() <= now)
      throw new KmsError('invalid-request', 'expiresAt: must be in the future');
    const token = await findImportToken(deps, importToken, key, arrival.caller.id);
    const { wrappingVersion } = await findKeyring(deps, key.keyringId, 'key.import', arrival);
    const row = await openBrought(deps, key, token, wrappedMaterial, async (made) => {
      const before = await versionToImport(deps, snapshot, made.material, input);
      return brought(
        before,
        await wrapVersion(deps, key, before?.version ?? versions.length + 1, wrappingVersion, made),
      );
    });
    function brought(before: VersionRow | undefined, made: NewVersionRow): NewVersionRow {
      const imported = {
        pending: before ? (before.imported?.pending ?? false) : versions.length > 0,
        expiresAt: expiresAt?.toISOString() ?? null,
        description: input.materialDescription ?? before?.imported?.description ?? null,
      };
      return before
        ? { ...before, imported, material: made.material, wrappingVersion: made.wrappingVersion }
        : { ...made, imported };
    }
    const isNext = row.version > versions.length && row.imported?.pending === true;
    const copies = isNext ? await copiesOf(deps, key, row) : [];
    return commit(isNext ? keyringsOf(key) : [key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      if (!current.key.versionsDigest.equals(key.versionsDigest))
        throw new KmsError('conflict', 'the versions of the key changed meanwhile; try again');
      mustBeUnderNewest(change, key.keyringId, wrappingVersion);
      const all = withVersion(current.versions, row);
      const made = importedAs(all, now);
      const state = made.primaryVersion === 0 ? 'pending-import' : stateOnceImported(current.key, now);
      const imported = { ...current.key, state, ...made };
      change.putKey(imported, [row]);
      if (isNext) await putCopies(change, current.key, copies);
      await useUpImportToken(deps, token);
      return {
        output: {
          ...describeKey({ key: { ...imported, versionCount: all.length } }, now),
          importedVersion: row.version,
        },
        subject: subjectOfKey(snapshot, row.version),
        detail: { algorithm: algorithmIn(token), again: row.version <= versions.length },
      };
    });
  },
};

/** @throws KmsError invalid-import-token, invalid-key-material; whatever `keep` throws */
async function openBrought(
  deps: Deps,
  key: KeyRow,
  token: ImportToken,
  wrappedMaterial: Buffer,
  keep: (made: GeneratedKey) => Promise<NewVersionRow>,
): Promise<NewVersionRow> {
  return tryImportToken(deps, token, async (importKey) => {
    const material = await unwrapImported(importKey, wrappedMaterial, algorithmIn(token));
    try {
      const made = await algorithmFor(key.spec).accept(material.bytes);
      try {
        return await keep(made);
      } finally {
        made.material.destroy();
      }
    } finally {
      material.destroy();
    }
  });
}

function withVersion(versions: KeySnapshot['versions'], row: NewVersionRow): readonly NewVersionRow[] {
  return [...versions.slice(0, row.version - 1), row, ...versions.slice(row.version)];
}
