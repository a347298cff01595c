/** The closed lists of words that requests are made of, for the doors: they know operations and nothing below. */
export { APPROVAL_STATES } from '../access/approval.js';
export { CALLER_TYPES, CREDENTIAL_KINDS } from '../access/records.js';
export { STRENGTHS } from '../access/presented.js';
export { DOORS, PROVEN_STRENGTHS } from '../access/conditions.js';
export {
  CRYPTO_OPERATIONS,
  DUAL_CONTROL_OPERATIONS,
  GRANTABLE,
  OPERATIONS,
  ROLES,
  type OperationName,
} from '../access/permissions.js';
export { AUDIT_OUTCOMES } from '../audit/record.js';
export { DELIVERY_FAILURES, DELIVERY_STATES } from '../events/records.js';
export { EVENT_TYPES } from '../events/event-types.js';
export { KEY_SPECS, KEY_USAGES } from '../crypto/key-spec.js';
export { KEY_STATES } from '../keys/key-states.js';
export { TAG_LIMITS } from '../keys/names.js';
export { CAMPAIGN_STATES } from '../rotation/records.js';
export { ACTION_KINDS } from '../rotation/due-action.js';
export { uuidv7 as newRequestId } from '../keys/uuid.js';
export { REVOCATION_REASONS, VERSION_STATES } from '../keys/version-states.js';
export { CERTIFICATE_STATES } from '../pki/records.js';
