import type { AwsAccount } from '../../keys/aws-account.js';
import type { Attributes } from '../conditions.js';
import { concernsKeys, type OperationName } from '../permissions.js';
import type { KeyRules, PolicyVerdict } from './key-rules.js';
import { kmsAction } from './kms-action.js';

/** What the rules of a key say to a request. */
export interface Ruling {
  readonly policy: PolicyVerdict;
  /** Ids of the grants that allow it. */
  readonly grants: readonly string[];
  /** Whatever bindings say. */
  readonly allows: boolean;
  /** Bindings decide. */
  readonly delegates: boolean;
}

interface Asker {
  readonly principals: readonly string[];
  readonly names: readonly string[];
  readonly account: AwsAccount | undefined;
  readonly now: number;
}

/** A key's rules may deny these and never give them: what hands material out, or what may be forged, takes a binding. */
const BY_BINDINGS_ALONE: ReadonlySet<OperationName> = new Set(['key.export', 'decrypt.compromised']);

/** @returns undefined for an operation that the rules of keys are not about */
export function rulingOf(
  rules: KeyRules,
  operation: OperationName,
  { context, source, strength, asked = {} }: Attributes,
  { principals, names, account, now }: Asker,
): Ruling | undefined {
  if (!concernsKeys(operation)) return undefined;
  const action = asked.action ?? kmsAction(operation);
  const request = { principals, names, action, key: rules.key, account, context, source, strength, now, asked };
  const policy = rules.policyOn(request);
  if (policy === 'denies') return { policy, grants: [], allows: false, delegates: false };
  const isGivable = !BY_BINDINGS_ALONE.has(operation);
  const grants = isGivable ? rules.grantsFor(request).map(({ id }) => id) : [];
  const allows = isGivable && (policy === 'allows' || grants.length > 0);
  return { policy, grants, allows, delegates: policy === 'delegates' || (!isGivable && policy === 'allows') };
}
