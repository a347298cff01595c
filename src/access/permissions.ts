/** Every operation of the service. Its name is its permission, its audit record and its metric label. */
export const CRYPTO_OPERATIONS = [
  'encrypt',
  'decrypt',
  're-encrypt',
  'data-key',
  'data-key-pair',
  'sign',
  'verify',
  'mac',
  'verify-mac',
  'derive-shared-secret',
  'encapsulate',
  'decapsulate',
  'random',
] as const;

/** Reading what a key is; everybody who may use or administer a key may do these. */
const KEY_READS = [
  'key.describe',
  'key.list',
  'key.public',
  'alias.list',
  'keyring.describe',
  'keyring.list',
  'campaign.list',
  'campaign.describe',
] as const;

const KEY_CHANGES = [
  'key.create',
  'key.update',
  'key.rotate',
  'key.enable',
  'key.disable',
  'key.schedule-destruction',
  'key.cancel-destruction',
  'key.import-parameters',
  'key.import',
  'key.delete-material',
  'key.replicate',
  'key.set-primary',
  'version.retire',
  'version.restore',
  'version.disable',
  'version.enable',
  'version.revoke',
  'version.destroy',
  'key.revoke',
  'alias.set',
  'alias.delete',
  'policy.set',
  'policy.delete',
  'campaign.start',
  'campaign.close',
  'campaign.cancel',
  'resource-policy.set',
  'grant.create',
  'grant.retire',
  'grant.revoke',
] as const;

const POLICY_READS = [
  'policy.get',
  'policy.simulate',
  'version.usage',
  'version.exposed',
  'resource-policy.get',
  'grant.list',
] as const;

/** What a decryption under a compromised version needs besides: in no built-in role. */
const COMPROMISED = ['decrypt.compromised'] as const;

/** What an application says of its part in a campaign. */
const CAMPAIGN_REPORTS = ['campaign.report'] as const;

const ADMINISTRATION = [
  'keyring.create',
  'keyring.update',
  'keyring.rewrap',
  'keyring.destroy',
  'caller.create',
  'caller.disable',
  'caller.enable',
  'token.create',
  'invitation.create',
  'token.rotate',
  'token.revoke',
  'credential.create',
  'credential.revoke',
  'access-key.create',
  'access-key.revoke',
  'binding.create',
  'binding.delete',
  'role.create',
  'role.delete',
  'group.create',
  'group.delete',
  'group.add-member',
  'group.remove-member',
  'settings.update',
  'hold.create',
  'hold.delete',
  'pki.init',
  'certificate.approve',
  'certificate.reject',
  'certificate.revoke',
  'webhook.create',
  'webhook.delete',
  'webhook.test',
  'webhook.redeliver',
  'bootstrap.finish',
  'test-clock.advance',
] as const;

export const ACCESS_READS = [
  'caller.list',
  'token.list',
  'credential.list',
  'access-key.list',
  'binding.list',
  'role.list',
  'group.list',
  'access.explain',
  'access.who-can',
  'settings.describe',
  'certificate.list',
  'webhook.list',
  'delivery.list',
  'approval.list',
] as const;

const ROOT = ['root.describe', 'root.rotate', 'root.migrate'] as const;

/** A copy of everything, encrypted for the configured recipients. */
const BACKUP = ['backup.create'] as const;

/** What the audit log needs of those who run the service. */
const AUDIT_UPKEEP = ['audit.rebuild'] as const;

/** Only the service itself, on its schedule. */
export const SYSTEM = [
  'key.destroy',
  'approval.expire',
  'policy.notify',
  'audit.new-epoch',
  'audit.drop',
  'install.found',
  'service.start',
  'service.stop',
  'administrator.recover',
  'backup.restore',
  'integrity.alarm',
  'maintenance.run',
  'pki.publish-crl',
] as const;

/** Every authenticated caller. */
export const EVERYBODY = [
  'whoami',
  'session.end',
  'pki.describe',
  'certificate.request',
  'certificate.describe',
  'certificate.renew',
] as const;

/** A person, with an invitation or a password: what these are good for, and nothing else (`purposes.ts`). */
const OWN_ACCOUNT = [
  'person.enrol',
  'person.confirm',
  'session.create',
  'password.change',
  'recovery-codes.create',
] as const;

/** What happens before there is a caller, or before the request could be read. Recorded, never granted. */
const AT_THE_DOOR = ['authenticate', 'read-request'] as const;

export const OPERATIONS = [
  ...CRYPTO_OPERATIONS,
  ...COMPROMISED,
  ...KEY_READS,
  ...KEY_CHANGES,
  ...POLICY_READS,
  ...CAMPAIGN_REPORTS,
  'key.export',
  ...ADMINISTRATION,
  ...ACCESS_READS,
  'approval.decide',
  'approval.cancel',
  ...ROOT,
  ...BACKUP,
  'audit.read',
  ...AUDIT_UPKEEP,
  ...SYSTEM,
  ...EVERYBODY,
  ...OWN_ACCOUNT,
  ...AT_THE_DOOR,
] as const;

export type OperationName = (typeof OPERATIONS)[number];

/** What a role may hold: all but what is everybody's, the service's own, or no operation yet. */
export const GRANTABLE = OPERATIONS.filter(
  (name) => ![...SYSTEM, ...EVERYBODY, ...OWN_ACCOUNT, ...AT_THE_DOOR].some((other) => other === name),
);

const USES: ReadonlySet<OperationName> = new Set([
  ...CRYPTO_OPERATIONS.filter((name) => name !== 'random'),
  ...COMPROMISED,
]);
const ADMINISTERS: ReadonlySet<OperationName> = new Set([...KEY_CHANGES, 'key.export', ...ADMINISTRATION]);

/** Whether the operation uses a key. Random bytes come from none. */
export function usesKeys(operation: OperationName): boolean {
  return USES.has(operation);
}

/** Whether the operation administers callers, bindings, settings or keys. Reading is not administering. */
export function administers(operation: OperationName): boolean {
  return ADMINISTERS.has(operation);
}

const ON_KEYS: ReadonlySet<OperationName> = new Set([
  ...USES,
  ...KEY_READS.filter((name) => !name.startsWith('keyring.')),
  ...KEY_CHANGES,
  ...POLICY_READS,
  ...CAMPAIGN_REPORTS,
  'key.export',
]);

/** Whether an operation is about keys themselves, not about their records or approvals: a key's own rules are about it too. */
export function concernsKeys(operation: OperationName): boolean {
  return ON_KEYS.has(operation);
}

/** What may be put under dual control: what changes something, or hands a key out. An import has a token of its own, good once. */
export const DUAL_CONTROL_OPERATIONS = [
  ...KEY_CHANGES.filter((name) => !name.startsWith('key.import')),
  'key.export',
  ...ADMINISTRATION.filter((name) => name !== 'bootstrap.finish' && name !== 'test-clock.advance'),
  'root.rotate',
  'root.migrate',
  ...BACKUP,
] as const;

export function isUnderDualControl(name: string): boolean {
  return DUAL_CONTROL_OPERATIONS.some((operation) => operation === name);
}

export function isGrantable(name: string): name is OperationName {
  return GRANTABLE.some((operation) => operation === name);
}

/** The built-in roles (design: access.md). */
export const ROLES = {
  administrator: [...ADMINISTRATION, ...ACCESS_READS, 'approval.cancel', 'keyring.describe', 'keyring.list'],
  'key-admin': [...KEY_CHANGES, ...KEY_READS, ...POLICY_READS, 'key.export', 'approval.list', 'approval.cancel'],
  'crypto-user': [...CRYPTO_OPERATIONS, ...CAMPAIGN_REPORTS, ...KEY_READS],
  'encrypt-only': ['encrypt', 'data-key', 'data-key-pair', 'encapsulate', 'random', ...KEY_READS],
  'decrypt-only': ['decrypt', 'decapsulate', ...KEY_READS],
  'sign-only': ['sign', 'mac', ...KEY_READS],
  'verify-only': ['verify', 'verify-mac', ...KEY_READS],
  auditor: ['audit.read', ...KEY_READS, ...POLICY_READS, ...ACCESS_READS, 'root.describe'],
  operator: [
    'root.describe',
    'root.rotate',
    'root.migrate',
    ...BACKUP,
    ...AUDIT_UPKEEP,
    'keyring.list',
    'keyring.describe',
    'approval.list',
    'approval.cancel',
  ],
  approver: ['approval.decide', 'approval.list', 'keyring.list', 'keyring.describe'],
} as const satisfies Readonly<Record<string, readonly OperationName[]>>;

/** What the root principal of an AWS account may, in the keyrings that stand for the account: it both administers and uses their keys. */
export const ACCOUNT_ROOT = [...CRYPTO_OPERATIONS, ...KEY_READS, ...KEY_CHANGES, ...POLICY_READS] as const;

export type RoleName = keyof typeof ROLES;

export function isRoleName(name: string): name is RoleName {
  return Object.hasOwn(ROLES, name);
}

export function isEverybodys(operation: OperationName): boolean {
  return ([...EVERYBODY, ...OWN_ACCOUNT] as readonly string[]).includes(operation);
}
