import type { KeySpec, KeyUsage } from '../crypto/key-spec.js';
import type { AwsAccount } from './aws-account.js';
import type { DualControl } from './dual-control.js';
import type { KeyGrant } from './key-grant.js';
import type { KeyState } from './key-states.js';
import type { MultiRegion } from './multi-region.js';
import type { RevocationReason, VersionState } from './version-states.js';

/** The rows of this room, as every room sees them. `revision` is the scope's revision at which the row was written. */
export interface KeyringRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly state: 'enabled' | 'destroyed';
  /** Of the wrapping key that wraps new material. */
  readonly wrappingVersion: number;
  /** false: somebody may both administer and use keys here. None is true. */
  readonly separationOfDuties?: boolean | null;
  /** None: everything is done by one person. */
  readonly dualControl?: DualControl | null;
  /** None: it is not at the AWS door. */
  readonly awsAccount?: AwsAccount | null;
  readonly createdAt: Date;
  readonly destroyedAt: Date | null;
  readonly revision: number;
}

export interface KeyRow {
  readonly id: string;
  readonly keyringId: string;
  readonly name: string | null;
  readonly description: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  /** As stored; `keyStateAt` gives the state at a moment. */
  readonly state: KeyState;
  readonly notBefore: Date | null;
  readonly destroyAt: Date | null;
  readonly exportable: boolean;
  readonly origin: 'generated' | 'imported';
  /** In the keyring's JWKS. */
  readonly published: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Whose material this is; in every ciphertext header. */
  readonly lineageId: string;
  /** 0 while there is no material. */
  readonly primaryVersion: number;
  /** Versions are 1 … versionCount, none missing. */
  readonly versionCount: number;
  /** SHA-256 over the tags of the versions, in their order: the key commits to its versions. */
  readonly versionsDigest: Buffer;
  readonly createdAt: Date;
  readonly rotatedAt: Date | null;
  /** When a person enabled it last; none: it never was disabled. */
  readonly enabledAt?: Date | null;
  /** Of imported material; none: it does not expire. */
  readonly materialExpiresAt?: Date | null;
  /** A key policy of AWS KMS, word by word; none: the default one, by which bindings decide. */
  readonly keyPolicy?: string | null;
  readonly grants?: readonly KeyGrant[] | null;
  /** None: it is in one region. */
  readonly multiRegion?: MultiRegion | null;
  readonly revision: number;
}

export interface VersionRotation {
  /** ISO 8601. */
  readonly at: string;
  readonly by: 'policy' | 'request';
}

/** What is known of the material of one version that was imported. */
export interface ImportedMaterial {
  /** It waits for the rotation that makes it the primary, and may still be taken back. */
  readonly pending: boolean;
  /** ISO 8601; null: never. */
  readonly expiresAt: string | null;
  readonly description: string | null;
}

export interface VersionRow {
  readonly keyId: string;
  readonly version: number;
  readonly state: VersionState;
  readonly reason: RevocationReason | null;
  readonly materialId: Buffer;
  /** SubjectPublicKeyInfo DER. */
  readonly publicKey: Buffer | null;
  /** Keyed fingerprint of imported material. */
  readonly fingerprint: Buffer | null;
  /** How it became the primary; none: it is the first, has not become it, or is from before this was kept. */
  readonly rotation?: VersionRotation | null;
  /** None: of material that was made here, or that was imported before this was kept. */
  readonly imported?: ImportedMaterial | null;
  readonly createdAt: Date;
  /** When the version stopped being primary, was retired, revoked or destroyed last. */
  readonly changedAt: Date;
  readonly revision: number;
  /** Not deciding: wrapped material carries its own authentication, and moves when the keyring is rewrapped. */
  readonly wrappingVersion: number;
  readonly material: Buffer | null;
}

export interface AliasRow {
  readonly keyringId: string;
  readonly name: string;
  /** null: the alias was deleted. */
  readonly keyId: string | null;
  readonly createdAt: Date;
  readonly revision: number;
}

export interface WrappingKeyRow {
  readonly keyringId: string;
  readonly version: number;
  readonly state: 'primary' | 'retiring' | 'destroyed';
  readonly createdAt: Date;
  readonly revision: number;
}

/** A key with all its versions, verified as one; `versions[n - 1]` is version n. */
export interface KeySnapshot {
  readonly key: KeyRow;
  readonly versions: readonly VersionRow[];
}
