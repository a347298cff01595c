import type { ApprovalRow } from '../access/approval.js';
import type { AccessView } from '../access/access-view.js';
import type { CredentialPolicy } from '../access/credential-policy.js';
import type { BindingRow } from '../access/records.js';
import type { AuditSettings } from '../audit/audit-settings.js';
import type { AuditRecord } from '../audit/record.js';
import type { OutboxChange } from '../events/outbox.js';
import type { WebhookRow } from '../events/records.js';
import type { KeySpec, KeyUsage } from '../crypto/key-spec.js';
import type { KmsError } from '../errors.js';
import type { AliasRow, KeyringRow, KeySnapshot, WrappingKeyRow } from '../keys/records.js';
import type { DualControl } from '../keys/dual-control.js';
import type { KeyState } from '../keys/key-states.js';
import type { RowSeal } from '../keys/row-seal.js';
import type { WrappedName, WrappedObject } from '../keys/wrapped-object.js';
import type { AuthorityRow, CertificateRow } from '../pki/records.js';
import type { CampaignRow, CampaignState, PolicyRows } from '../rotation/records.js';
import type { NextLook } from './due-keys.js';
import type { RootMigration, RootPhase } from './root-migrations.js';
import type { SealedRows, SealedTableName } from './sealed-tables.js';

/** What the install row and its tagged rows say, verified; immutable, replaced whole at every change. */
export interface InstallView {
  readonly revision: number;
  readonly access: AccessView;
  /** Removed ones too. */
  readonly bindings: readonly BindingRow[];
  readonly keyringsById: ReadonlyMap<string, KeyringRow>;
  readonly keyringsByName: ReadonlyMap<string, KeyringRow>;
  /** Ended ones too. */
  readonly approvals: ReadonlyMap<string, ApprovalRow>;
  /** None before `pki.init`. */
  readonly authority: AuthorityRow | undefined;
  /** Ended ones too. */
  readonly certificates: ReadonlyMap<string, CertificateRow>;
  /** Those that are not removed. */
  readonly webhooks: ReadonlyMap<string, WebhookRow>;
  /** Of what is in no keyring. */
  readonly dualControl: DualControl | null;
  /** null: credentials end only by themselves and by people. */
  readonly credentialPolicy: CredentialPolicy | null;
  readonly auditLog: AuditSettings;
}

/** Gives the seal of a scope: unwraps its integrity key by the root on first use. */
export abstract class SealKeys {
  abstract sealFor(scopeId: string): Promise<RowSeal>;
}

/** The verified state that decides, and the only way to change it. Every read throws integrity-failure rather than answer from a tampered row. */
export abstract class Ledger {
  abstract install(): Promise<InstallView>;

  /** By id (`mrk-…` of a multi-Region key, too), name or alias; verified, from memory when warm. The same object for as long as nothing of it changes. */
  abstract findKey(keyringId: string, ref: string): Promise<KeySnapshot | undefined>;

  /** By the lineage in a ciphertext's header. */
  abstract findKeyByLineage(keyringId: string, lineageId: string): Promise<KeySnapshot | undefined>;

  /** Newest first. */
  abstract listKeys(keyringId: string, query: KeyQuery): Promise<KeySnapshot[]>;

  /** By name. */
  abstract listAliases(keyringId: string, query: AliasQuery): Promise<AliasRow[]>;

  abstract findClaim(callerId: string, operation: string, key: Buffer): Promise<IdempotencyClaim | undefined>;

  /** Those that may hold for a key, or for none in particular. */
  abstract findPolicies(keyringId: string, keyId?: string): Promise<PolicyRows>;

  /** Newest first. */
  abstract listCampaigns(query: CampaignQuery): Promise<CampaignRow[]>;

  /** Of these keys those that are there, with what their policies are decided by; of one that does not verify, what is wrong. */
  abstract findGoverned(
    keyringId: string,
    keyIds: readonly string[],
  ): Promise<ReadonlyMap<string, GovernedKeyRows | KmsError>>;

  abstract wrappingKeys(keyringId: string): Promise<readonly WrappingKeyRow[]>;

  /** Whether a scope's revision, as a journal append returned it, is newer than what this node decides on. */
  abstract isBehind(scopeId: string, revision: number): boolean;

  /** Grows whenever this node's view moves: the same before and after a decision means that it was made on one view. */
  abstract get epoch(): number;

  /** Catches up with what other nodes changed. */
  abstract refresh(scopeId: string): Promise<void>;

  /**
   * One change of state: takes the heads of the scopes in a fixed order, catches up, runs `work`, seals what it put,
   * moves the heads, appends the records, commits. All or nothing.
   * @throws KmsError conflict when a head or a unique name was taken meanwhile; whatever `work` throws
   */
  abstract change<T>(scopes: readonly string[], work: (change: Change) => Promise<T>): Promise<T>;
}

/** A key and what its policy is decided by, but for its use. */
export interface GovernedKeyRows {
  readonly snapshot: KeySnapshot;
  readonly rows: PolicyRows;
  /** What was due to be told up to this moment has been told; null: nothing yet. */
  readonly toldThrough: Date | null;
}

/** What a change may do, inside its transaction. */
export interface Change {
  readonly install: InstallView;
  readonly outbox: OutboxChange;
  /** The current row, verified. */
  find<Name extends SealedTableName>(table: Name, id: string): Promise<SealedRows[Name] | undefined>;
  /** A key with its versions, verified as one. */
  findKey(keyringId: string, keyId: string): Promise<KeySnapshot | undefined>;
  /** Of these keys those that are there, as `Ledger.findGoverned` has them. */
  findGoverned(keyringId: string, keyIds: readonly string[]): Promise<ReadonlyMap<string, GovernedKeyRows | KmsError>>;
  /** Of a key, verified. */
  openCampaigns(keyringId: string, keyId: string): Promise<readonly CampaignRow[]>;
  /** Every key of the keyring, verified, none missing. */
  everyKey(keyringId: string): AsyncIterable<KeySnapshot>;
  /** Whether a key or an alias of the keyring has this name. */
  isNameTaken(keyringId: string, name: string): Promise<boolean>;
  /** Inserts or replaces; `revision` is set by the ledger. */
  put<Name extends SealedTableName>(table: Name, row: Omit<SealedRows[Name], 'revision'>): void;
  /** A key and those of its versions that are new or changed; sets `versionCount` and `versionsDigest`. Each key once. */
  putKey(
    key: Omit<SealedRows['key'], 'revision' | 'versionCount' | 'versionsDigest'>,
    versions: readonly Omit<SealedRows['key_version'], 'revision'>[],
  ): void;
  /** A scope that is born in this change: a new keyring's. */
  openScope(scopeId: string, seal: RowSeal): void;
  putWrapped(wrapped: WrappedObject): void;
  dropWrapped(name: WrappedName): void;
  /** The audit records before this one; their hashes stay. */
  dropRecords(minimumIndex: number): void;
  /**
   * Begins a root migration, or moves it on from the phase `before`.
   * @throws KmsError conflict when it moved meanwhile; invalid-transition to `cutover` while an object lacks the new root's
   *   wrapping or a live node has not confirmed the new root
   */
  putRootMigration(migration: RootMigration, before: RootPhase | undefined): void;
  /** When the schedule looks at a key again. Without this, a key that was put is looked at soon. */
  putNextLook(next: NextLook): void;
  /** Remembers an idempotency key. @throws KmsError conflict when it is there already */
  claim(claim: IdempotencyClaim): void;
  /**
   * Its detail gets each row that was put, with revision and tag, and the new revision of each scope. Of several records,
   * each gets the rows of its own key, and nothing else may be put.
   */
  record(record: AuditRecord): void;
}

export interface IdempotencyClaim {
  readonly callerId: string;
  readonly operation: string;
  /** Keyed digest of the client's key. */
  readonly key: Buffer;
  /** Keyed digest of what was asked. */
  readonly bodyDigest: Buffer;
  /** What was made, to be described again on a repeat. */
  readonly resourceId: string;
}

export interface KeyQuery {
  readonly state?: KeyState;
  readonly spec?: KeySpec;
  readonly usage?: KeyUsage;
  readonly tag?: { readonly name: string; readonly value?: string };
  readonly namePrefix?: string;
  /** Only keys whose primary version is older than this. */
  readonly rotatedBefore?: Date;
  readonly published?: boolean;
  /** Has a grant that this principal (ARN) may retire. */
  readonly retirableBy?: string;
  /** Id of the last key of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface AliasQuery {
  readonly keyId?: string;
  /** Name of the last alias of the page before. */
  readonly after?: string;
  readonly limit: number;
}

export interface CampaignQuery {
  readonly id?: string;
  /** Only of these. */
  readonly keyringIds?: readonly string[];
  readonly keyId?: string;
  readonly state?: CampaignState;
  /** Id of the last campaign of the page before. */
  readonly before?: string;
  readonly limit: number;
}
