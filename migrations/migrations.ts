import { Keystead1700000000001 } from './1700000000001-keystead.js';
import { Access1700000000002 } from './1700000000002-access.js';
import { Pki1700000000003 } from './1700000000003-pki.js';
import { People1700000000004 } from './1700000000004-people.js';
import { Approvals1700000000005 } from './1700000000005-approvals.js';
import { Groups1700000000006 } from './1700000000006-groups.js';
import { Policies1700000000010 } from './1700000000010-policies.js';
import { Events1700000000011 } from './1700000000011-events.js';
import { Campaigns1700000000012 } from './1700000000012-campaigns.js';
import { Integrity1700000000015 } from './1700000000015-integrity.js';
import { SealedRootMigration1700000000016 } from './1700000000016-sealed-root-migration.js';
import { CredentialPolicy1700000000017 } from './1700000000017-credential-policy.js';
import { PolicyEngine1700000000019 } from './1700000000019-policy-engine.js';
import { WebhookBreaker1700000000020 } from './1700000000020-webhook-breaker.js';
import { Log1700000000030 } from './1700000000030-log.js';
import { AuditSinks1700000000031 } from './1700000000031-audit-sinks.js';
import { AuditRetention1700000000032 } from './1700000000032-audit-retention.js';
import { Cosignatures1700000000036 } from './1700000000036-cosignatures.js';
import { Aws1700000000040 } from './1700000000040-aws.js';

/** In the order in which they are applied. */
export const MIGRATIONS = [
  Keystead1700000000001,
  Access1700000000002,
  Pki1700000000003,
  People1700000000004,
  Approvals1700000000005,
  Groups1700000000006,
  Policies1700000000010,
  Events1700000000011,
  Campaigns1700000000012,
  Integrity1700000000015,
  SealedRootMigration1700000000016,
  CredentialPolicy1700000000017,
  PolicyEngine1700000000019,
  WebhookBreaker1700000000020,
  Log1700000000030,
  AuditSinks1700000000031,
  AuditRetention1700000000032,
  Cosignatures1700000000036,
  Aws1700000000040,
];
