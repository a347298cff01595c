import type { KeySpec, KeyUsage } from '../../crypto/key-spec.js';
import { keyStateAt, type KeyState } from '../../keys/key-states.js';
import type { MultiRegion } from '../../keys/multi-region.js';
import type { KeyRow } from '../../keys/records.js';

/** A key as every answer shows it. */
export interface KeyDescription {
  readonly id: string;
  /** Id of the keyring. */
  readonly keyring: string;
  readonly name: string | null;
  readonly description: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly state: KeyState;
  /** 0 while there is no material. */
  readonly primaryVersion: number;
  readonly versionCount: number;
  readonly exportable: boolean;
  readonly origin: 'generated' | 'imported';
  readonly published: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly notBefore: Date | null;
  readonly destroyAt: Date | null;
  readonly createdAt: Date;
  readonly rotatedAt: Date | null;
  /** Of imported material. */
  readonly materialExpiresAt: Date | null;
  /** null: it is in one region. */
  readonly multiRegion: Pick<MultiRegion, 'primary' | 'replicas'> | null;
}

/** @param snapshot of a key that is stored, or is about to be */
export function describeKey(
  { key }: { readonly key: Omit<KeyRow, 'revision' | 'versionsDigest'> },
  now: number,
): KeyDescription {
  return {
    id: key.id,
    keyring: key.keyringId,
    name: key.name,
    description: key.description,
    spec: key.spec,
    usage: key.usage,
    state: keyStateAt(key, now),
    primaryVersion: key.primaryVersion,
    versionCount: key.versionCount,
    exportable: key.exportable,
    origin: key.origin,
    published: key.published,
    tags: key.tags,
    notBefore: key.notBefore,
    destroyAt: key.destroyAt,
    createdAt: key.createdAt,
    rotatedAt: key.rotatedAt,
    materialExpiresAt: key.materialExpiresAt ?? null,
    multiRegion: key.multiRegion ? { primary: key.multiRegion.primary, replicas: key.multiRegion.replicas } : null,
  };
}
