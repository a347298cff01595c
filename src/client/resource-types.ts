import type { DualControl } from './governance-types.js';
import type { KeySpec, KeyUsage } from './key-words.js';

/** Times are ISO 8601 strings in UTC, as the service sends them. */
export type Timestamp = string;

/** What a keyring stands for at the AWS door. */
export interface AwsAccount {
  readonly accountId: string;
  readonly region: string;
}

export interface Keyring {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly state: string;
  /** Of the wrapping key that wraps new material. */
  readonly wrappingVersion?: number;
  /** Nobody may both administer and use keys here. */
  readonly separationOfDuties?: boolean;
  readonly dualControl?: DualControl | null;
  readonly awsAccount?: AwsAccount | null;
  readonly createdAt?: Timestamp;
}

export interface RewrapStatus {
  readonly state: 'idle' | 'running';
  readonly fromVersion: number;
  readonly toVersion: number;
  readonly moved: number;
  readonly total: number;
}

export type KeyState = 'pre-active' | 'enabled' | 'disabled' | 'pending-import' | 'pending-destruction' | 'destroyed';

export interface Key {
  readonly id: string;
  readonly name?: string | null;
  readonly description?: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly state: KeyState;
  /** 0 while there is no material. */
  readonly primaryVersion: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly versionCount?: number;
  readonly exportable?: boolean;
  readonly published?: boolean;
  readonly origin?: 'generated' | 'imported';
  readonly notBefore?: Timestamp | null;
  readonly destroyAt?: Timestamp | null;
  readonly createdAt?: Timestamp;
  readonly rotatedAt?: Timestamp | null;
  /** Of imported material. */
  readonly materialExpiresAt?: Timestamp | null;
  /** Of a key made through the AWS KMS door for several regions. */
  readonly multiRegion?: { readonly primary: RegionalKey; readonly replicas: readonly RegionalKey[] } | null;
}

export interface RegionalKey {
  readonly region: string;
  /** Id. */
  readonly keyring: string;
  /** Id. */
  readonly key: string;
}

export interface CreateKeyInput {
  /** Optional, unique in the keyring; it cannot look like an id. */
  readonly name?: string;
  /** Default `aes-256-xaes`. */
  readonly spec?: KeySpec;
  /** May be left out where the spec has only one. */
  readonly usage?: KeyUsage;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Fixed at creation. Default false. */
  readonly exportable?: boolean;
  /** Not usable before this moment. */
  readonly notBefore?: Date | Timestamp;
  /** `imported`: made without material, which `importMaterial` brings. */
  readonly origin?: 'generated' | 'imported';
  /** The public half appears in the keyring's JWKS. Signing keys only. */
  readonly published?: boolean;
}

export interface UpdateKeyInput {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly published?: boolean;
}

export interface KeyFilters {
  readonly state?: KeyState;
  readonly spec?: KeySpec;
  readonly usage?: KeyUsage;
  /** `name` or `name=value`. */
  readonly tag?: string;
  readonly namePrefix?: string;
  readonly rotationDueBefore?: Date;
}

export type VersionState = 'active' | 'retired' | 'disabled' | 'revoked' | 'destroyed';
export type RevocationReason =
  'compromised' | 'superseded' | 'ceased' | 'affiliation-changed' | 'privilege-withdrawn' | 'unspecified';

export interface KeyVersion {
  readonly version: number;
  readonly state: VersionState;
  readonly primary?: boolean;
  /** Why it was revoked. */
  readonly reason?: RevocationReason | null;
  readonly hasPublicKey?: boolean;
  readonly createdAt?: Timestamp;
  readonly changedAt?: Timestamp;
}

export interface Alias {
  readonly name: string;
  readonly keyId: string;
  readonly createdAt?: Timestamp;
}

export type ImportAlgorithm = 'rsaes-oaep-sha-256' | 'rsa-aes-key-wrap-sha-256';

export interface ImportParameters {
  /** Good once, for this key and this caller. */
  readonly importToken: string;
  /** SubjectPublicKeyInfo, DER: wrap the material to it. */
  readonly publicKey: Buffer;
  readonly algorithm: ImportAlgorithm;
  readonly expiresAt: Timestamp;
}

export interface ExportInput {
  /** SubjectPublicKeyInfo DER, or PEM text. */
  readonly publicKey: Uint8Array | string;
  readonly algorithm: ImportAlgorithm;
  readonly version?: number;
}
export interface ExportedKey {
  readonly wrappedMaterial: Buffer;
  readonly algorithm: ImportAlgorithm;
  readonly keyId: string;
  readonly version: number;
}

export interface PublicKeyInput {
  readonly version?: number;
  readonly format?: 'pem' | 'der' | 'jwk';
}
export interface PublicKey {
  /** SubjectPublicKeyInfo, DER; whatever the format asked for. */
  readonly publicKey: Buffer;
  readonly pem?: string;
  readonly jwk?: Readonly<Record<string, unknown>>;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly keyId: string;
  readonly version: number;
}

export interface RootStatus {
  readonly rootId: string;
  readonly rootVersion: number;
  readonly migration?: Readonly<Record<string, unknown>> | null;
}

export interface Health {
  readonly ready: boolean;
  /** Database, root key, migrations. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
}

/** Whether a node is sealed, and for each root that shares open: shares given so far, how many it takes, how many there are. */
export interface SealProgress {
  readonly sealed: boolean;
  readonly roots: readonly {
    /** The server's setting that names it. */
    readonly root: string;
    readonly given: number;
    readonly threshold: number;
    readonly shares: number;
  }[];
}
