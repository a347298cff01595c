import { WrappingStore, type WrappedName, type WrappedObject } from '../../keys/wrapped-object.js';
import type { KeyRow, VersionRow } from '../../keys/records.js';
import type { Snapshot } from './snapshot.js';

interface FoundVersion {
  readonly key: Pick<KeyRow, 'keyringId' | 'id' | 'spec' | 'usage' | 'exportable' | 'origin' | 'lineageId'>;
  readonly row: Pick<VersionRow, 'version' | 'materialId' | 'publicKey' | 'wrappingVersion' | 'material'>;
}

const WITH_MATERIAL = `select k.keyring_id as "keyringId", k.id, k.spec, k.usage, k.exportable, k.origin, k.lineage_id as "lineageId",
    v.version, v.material_id as "materialId", v.public_key as "publicKey", v.wrapping_version as "wrappingVersion", v.material
  from key_version v join key k on k.id = v.key_id join keyring r on r.id = k.keyring_id
  where v.material is not null and r.state <> 'destroyed'`;

/** The versions of keys in a snapshot that have material. */
export class SnapshotVersions {
  constructor(private readonly snapshot: Snapshot) {}

  async *withMaterial(): AsyncGenerator<FoundVersion, void> {
    const found = this.snapshot.select<FoundVersion['key'] & FoundVersion['row']>(WITH_MATERIAL);
    for await (const { keyringId, id, spec, usage, exportable, origin, lineageId, ...row } of found) {
      yield { key: { keyringId, id, spec, usage, exportable, origin, lineageId }, row };
    }
  }
}

/** The wrappings as they are in a snapshot. */
export class SnapshotWrappings extends WrappingStore {
  constructor(private readonly snapshot: Snapshot) {
    super();
  }

  override async find({ kind, scopeId, version }: WrappedName): Promise<WrappedObject[]> {
    return this.snapshot.query<WrappedObject>(
      `select kind, scope_id as "scopeId", version, root_id as "rootId", root_version as "rootVersion", blob
         from wrapped_key where kind = $1 and scope_id = $2 and version = $3`,
      [kind, scopeId, version],
    );
  }
}
