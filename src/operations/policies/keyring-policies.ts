import { lintPolicy, type PolicyWarning } from '../../rotation/lint-policy.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import type { PolicyRow } from '../../rotation/records.js';
import { policyOf } from './policy-in-force.js';

/** The policies of a keyring as every answer shows them. */
export interface KeyringPoliciesDescription {
  /** Of keys for which nothing more specific holds. */
  readonly policy: PolicyDocument | null;
  readonly setAt: Date | null;
  readonly selectors: readonly SelectorDescription[];
  readonly warnings: readonly PolicyWarning[];
}

export interface SelectorDescription {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: PolicyDocument;
  readonly setAt: Date;
  readonly warnings: readonly PolicyWarning[];
}

export function describeKeyringPolicies(
  row: Pick<PolicyRow, 'document' | 'setAt' | 'selectors'> | undefined,
  now: number,
): KeyringPoliciesDescription {
  return {
    policy: row?.document ?? null,
    setAt: row?.document ? row.setAt : null,
    selectors: (row?.selectors ?? []).map((selector) => ({
      ...selector,
      setAt: new Date(selector.setAt),
      warnings: lintPolicy(policyOf(selector.policy), [], now),
    })),
    warnings: row?.document ? lintPolicy(policyOf(row.document), [], now) : [],
  };
}
