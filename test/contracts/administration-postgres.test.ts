import { accessKeysSuite } from '../unit/operations/access-keys.suite.js';
import { accessSuite } from '../unit/operations/access.suite.js';
import { approvalsSuite } from '../unit/operations/approvals.suite.js';
import { approversSuite } from '../unit/operations/approvers.suite.js';
import { detoursSuite } from '../unit/operations/detours.suite.js';
import { auditSuite } from '../unit/operations/access-audit.suite.js';
import { bindingsSuite } from '../unit/operations/access-bindings.suite.js';
import { campaignsAtOnceSuite } from '../unit/operations/campaigns-at-once.suite.js';
import { campaignsSuite } from '../unit/operations/campaigns.suite.js';
import { certificatesSuite } from '../unit/operations/certificates.suite.js';
import { credentialPolicySuite } from '../unit/operations/credential-policy.suite.js';
import { credentialsSuite } from '../unit/operations/credentials.suite.js';
import { conditionsSuite } from '../unit/operations/access-conditions.suite.js';
import { exposedDataKeysSuite } from '../unit/operations/exposed-data-keys.suite.js';
import { groupsSuite } from '../unit/operations/groups.suite.js';
import { keyringsSuite } from '../unit/operations/keyrings.suite.js';
import { aliasesSuite } from '../unit/operations/keys-aliases.suite.js';
import { keyLifecycleSuite } from '../unit/operations/keys-lifecycle.suite.js';
import { keysSuite } from '../unit/operations/keys.suite.js';
import { enrolmentSuite } from '../unit/operations/enrolment.suite.js';
import { peopleSuite } from '../unit/operations/people.suite.js';
import { policiesEndSuite } from '../unit/operations/policies-end.suite.js';
import { policiesSuite } from '../unit/operations/policies.suite.js';
import { policyDetoursSuite } from '../unit/operations/policies-detours.suite.js';
import { guardedPoliciesSuite } from '../unit/operations/policies-guarded.suite.js';
import { policySettingSuite } from '../unit/operations/policies-set.suite.js';
import { revocationSuite } from '../unit/operations/revocation.suite.js';
import { recordsSuite } from '../unit/operations/records.suite.js';
import { separationSuite } from '../unit/operations/separation.suite.js';
import { versionsSuite } from '../unit/operations/versions.suite.js';
import { makePostgresBed } from '../support/postgres-bed.js';

const SUITES = [
  keysSuite,
  keyLifecycleSuite,
  aliasesSuite,
  versionsSuite,
  keyringsSuite,
  accessSuite,
  certificatesSuite,
  credentialsSuite,
  accessKeysSuite,
  credentialPolicySuite,
  bindingsSuite,
  conditionsSuite,
  groupsSuite,
  peopleSuite,
  enrolmentSuite,
  separationSuite,
  approvalsSuite,
  approversSuite,
  detoursSuite,
  auditSuite,
  policiesSuite,
  policiesEndSuite,
  policySettingSuite,
  policyDetoursSuite,
  guardedPoliciesSuite,
  revocationSuite,
  campaignsSuite,
  campaignsAtOnceSuite,
  exposedDataKeysSuite,
  recordsSuite,
];

for (const suite of SUITES) suite('on PostgreSQL', makePostgresBed);
