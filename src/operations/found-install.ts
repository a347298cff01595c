import { randomBytes } from 'node:crypto';
import { isRoleName, type RoleName } from '../access/permissions.js';
import type { BindingScope, CallerType, CredentialRow } from '../access/records.js';
import { parseToken } from '../access/token.js';
import { Secret } from '../crypto/secret.js';
import { KmsError } from '../errors.js';
import { mustBeAwsAccount, type AwsAccount } from '../keys/aws-account.js';
import { RowSeal } from '../keys/row-seal.js';
import { uuidv7 } from '../keys/uuid.js';
import type { InstallStore } from '../ledger/install-store.js';
import type { Change } from '../ledger/ledger.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import { CANARY, type KeyringSecrets } from './keyring-secrets.js';
import { makeAccessKey } from './access/make-access-key.js';
import { makeKeyring, putKeyring, type MadeKeyring } from './keyrings/make-keyring.js';

/** What seals the rows of the install, and its backups. */
export const INTEGRITY = { kind: 'integrity', scopeId: INSTALL_SCOPE, version: 1 } as const;
const DAY_MS = 86_400_000;

/** A caller that a first start makes, and the token it gets. */
export interface FirstCaller {
  readonly name: string;
  readonly type: CallerType;
  readonly role: RoleName;
  /** The keyring `default`, or everything. */
  readonly scope: 'default' | 'everything';
  readonly token: string;
  readonly purpose: CredentialRow['purpose'];
  readonly days: number;
}

/** What a first start makes for AWS clients. */
export interface FirstAws {
  /** A keyring is made for each. */
  readonly accounts: readonly AwsAccount[];
  /** Of the root principal of the first account. */
  readonly rootKey?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly days: number };
}

/** What a first start on the embedded database makes: one of each kind of person. */
export const EVALUATION_CALLERS = [
  { variable: 'KEYSTEAD_ADMIN_TOKEN', name: 'admin', type: 'person', role: 'administrator', scope: 'everything' },
  { variable: 'KEYSTEAD_KEY_ADMIN_TOKEN', name: 'key-admin', type: 'person', role: 'key-admin', scope: 'default' },
  { variable: 'KEYSTEAD_APP_TOKEN', name: 'app', type: 'service', role: 'crypto-user', scope: 'default' },
  { variable: 'KEYSTEAD_AUDITOR_TOKEN', name: 'auditor', type: 'person', role: 'auditor', scope: 'everything' },
] as const;

/**
 * Opens an install that exists: the canary must open under the configured root.
 * @throws KmsError wrong-root-key, root-unavailable
 */
export async function openInstall(secrets: KeyringSecrets): Promise<void> {
  (await secrets.unwrap(CANARY)).destroy();
  await secrets.sealFor(INSTALL_SCOPE);
}

/**
 * Sets an empty database up: canary, integrity key, keyring `default`, the first callers. All or nothing.
 * @param handOver makes the tokens known to the operator: while nobody else can set it up, and before it is committed
 * @returns whether it was set up here, and not by another node meanwhile
 */
export async function foundInstall(
  store: InstallStore,
  secrets: KeyringSecrets,
  callers: readonly FirstCaller[],
  now: Date,
  handOver: () => Promise<void> = async () => undefined,
  aws: FirstAws = { accounts: [] },
): Promise<boolean> {
  const canary = new Secret(randomBytes(32));
  const integrity = new Secret(randomBytes(32));
  const wrapped = [...(await secrets.wrap(CANARY, canary)), ...(await secrets.wrap(INTEGRITY, integrity))];
  const seal = new RowSeal(INSTALL_SCOPE, integrity, 1);
  canary.destroy();
  integrity.destroy();
  const first = await makeKeyring(secrets, { name: 'default', description: 'made at the first start' }, now);
  const forAws = await Promise.all(aws.accounts.map((account) => keyringFor(secrets, account, now)));
  return store.found(seal, wrapped, async (change) => {
    await handOver();
    putKeyring(change, first);
    for (const made of forAws) putKeyring(change, made);
    for (const caller of callers) addCaller(change, seal, caller, first.keyring.id, now);
    addRootKey(change, seal, aws, now);
  });
}

function addCaller(change: Change, seal: RowSeal, first: FirstCaller, defaultKeyring: string, now: Date): void {
  const parsed = parseToken(first.token);
  if (!parsed || !isRoleName(first.role)) {
    throw new KmsError(
      'invalid-setting',
      'KEYSTEAD_BOOTSTRAP_TOKEN: not a token; make one with: keystead token generate',
    );
  }
  const callerId = uuidv7();
  const scope: BindingScope = first.scope === 'everything' ? { everything: true } : { keyring: defaultKeyring };
  change.put('caller', { id: callerId, name: first.name, type: first.type, state: 'enabled', createdAt: now });
  change.put('credential', {
    id: parsed.id,
    callerId,
    kind: 'token',
    hash: seal.digest('token', parsed.id, parsed.secret),
    purpose: first.purpose,
    source: first.purpose === 'development' ? 'loopback' : 'any',
    description: 'made at the first start',
    expiresAt: new Date(now.getTime() + first.days * DAY_MS),
    revokedAt: null,
    createdAt: now,
  });
  change.put('binding', {
    id: uuidv7(),
    callerId,
    role: first.role,
    effect: 'allow',
    scope,
    expiresAt: null,
    removedAt: null,
    createdAt: now,
  });
}

async function keyringFor(secrets: KeyringSecrets, awsAccount: AwsAccount, now: Date): Promise<MadeKeyring> {
  mustBeAwsAccount(awsAccount);
  const { accountId, region } = awsAccount;
  const name = `aws-${accountId}-${region}`;
  const made = await makeKeyring(secrets, { name, description: 'made at the first start' }, now);
  return { ...made, keyring: { ...made.keyring, awsAccount, separationOfDuties: false } };
}

function addRootKey(change: Change, seal: RowSeal, { accounts: [first], rootKey }: FirstAws, now: Date): void {
  if (!first || !rootKey) return;
  const callerId = uuidv7();
  const digest = (label: string, ...parts: readonly (Buffer | string)[]) => seal.digest(label, ...parts);
  const { columns } = makeAccessKey(digest, { accountId: first.accountId, root: true }, rootKey);
  change.put('caller', { id: callerId, name: 'aws-root', type: 'service', state: 'enabled', createdAt: now });
  change.put('credential', {
    ...columns,
    callerId,
    purpose: 'development',
    source: 'loopback',
    description: 'made at the first start',
    expiresAt: new Date(now.getTime() + rootKey.days * DAY_MS),
    revokedAt: null,
    createdAt: now,
  });
}
