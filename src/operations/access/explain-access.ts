import { rootsOf } from '../../access/account-root.js';
import { NO_ATTRIBUTES, type Attributes } from '../../access/conditions.js';
import type { AccessView } from '../../access/access-view.js';
import type { Resource, Verdict } from '../../access/grant.js';
import type { Ruling } from '../../access/key-rules/ruling.js';
import { alsoNeeds } from '../../access/also-needs.js';
import { isEverybodys, type OperationName } from '../../access/permissions.js';
import type { CallerRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { may, permissionDenied } from '../authorise.js';
import type { Resolved, UseOperation } from '../operation.js';
import { askedResource } from './asked-resource.js';
import { describeBinding, type BindingDescription } from './describe-binding.js';
import { findGroup, groupNotFound } from './find-group.js';
import { callerNotFound, findCaller } from './resolve-caller.js';

export interface ExplainAccessInput extends Partial<Omit<Attributes, 'context'>> {
  /** Id or name. */
  readonly caller: string;
  readonly operation: OperationName;
  /** `install` (the default), `keyrings/<keyring>` or `keyrings/<keyring>/keys/<key>`. */
  readonly resource?: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Ids or names of groups that its JWT would name. */
  readonly groups?: readonly string[];
}

export type Reason =
  | 'everybody'
  | 'allowed'
  | 'denied'
  | 'no-binding'
  | 'denied-by-key-policy'
  | 'not-in-key-policy'
  | 'separation-of-duties'
  | 'caller-disabled'
  | 'needs-other-permission';

export interface Explanation {
  readonly allowed: boolean;
  readonly reason: Reason;
  /** Those of the caller and its groups, the ones that decided first. */
  readonly bindings: readonly (BindingDescription & { readonly verdict: Verdict })[];
  /** What the key's own policy says, and the ids of its grants that allow it; null for a key that has neither. */
  readonly rules: Pick<Ruling, 'policy' | 'grants'> | null;
  /** The binding that administers, where duties are separate. */
  readonly administers: string | null;
  /** Nobody may both administer and use keys there. */
  readonly separationOfDuties: boolean;
  /** What the operation needs besides its own permission, and the caller has not. */
  readonly missing: readonly OperationName[];
}

interface ResolvedQuestion extends Resolved {
  readonly caller: CallerRow;
  readonly resource: Resource;
  readonly access: AccessView;
}

const INSTALL = { kind: 'install' } as const;

/** Whether a caller may do something, by the decision's own code, and every binding that was looked at. */
export const explainAccess: UseOperation<ExplainAccessInput, ResolvedQuestion, Explanation> = {
  name: 'access.explain',

  async resolve(deps, input, arrival) {
    const { access } = await deps.ledger.install();
    if (!may(access, arrival, 'access.explain', INSTALL, deps.clock.now())) throw permissionDenied('access.explain');
    const caller = findCaller(access, input.caller);
    if (!caller) throw callerNotFound();
    return {
      caller,
      resource: await askedResource(deps, input.resource ?? 'install'),
      access,
      needs: [{ permission: 'access.explain', resource: INSTALL }],
      subject: { resource: `caller/${caller.id}` },
      scopes: [],
      basis: [access],
    };
  },

  async run(deps, { caller, resource, access }, input) {
    const { operation, groups = [], caller: _caller, resource: _resource, ...given } = input;
    const attributes: Attributes = { ...NO_ATTRIBUTES, ...given };
    const now = deps.clock.now();
    const roots = given.door === 'aws' ? rootsOf(access.credentials.values(), caller.id, now) : [];
    const holders = [caller.id, ...groups.map((ref) => mustBeGroup(access, ref)), ...roots];
    const considered = access.consider(holders, operation, resource, now, attributes);
    const administers = access.administeringBinding(holders, operation, resource, now)?.id ?? null;
    const missing = alsoNeeds(operation).filter((other) => !access.may(holders, other, resource, now, attributes));
    const mayAlone = caller.state === 'enabled' && access.may(holders, operation, resource, now, attributes);
    const allowed = mayAlone && missing.length === 0;
    const verdicts = new Set(considered.map(({ verdict }) => verdict));
    const ruling = access.rulingOn(holders, operation, resource, now, attributes);
    const alone = reasonOf(caller, operation, verdicts, ruling, administers);
    const reason = alone === 'allowed' && missing.length > 0 ? 'needs-other-permission' : alone;
    if (allowed !== (reason === 'allowed' || reason === 'everybody')) {
      throw new KmsError('internal-error', 'the explanation is not that of the decision');
    }
    const bindings = considered
      .map(({ binding, verdict }) => ({ ...describeBinding(binding, access), verdict }))
      .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
    return {
      output: {
        allowed,
        reason,
        bindings,
        rules: ruling ? { policy: ruling.policy, grants: ruling.grants } : null,
        administers,
        missing,
        separationOfDuties: access.isSeparated(resource),
      },
    };
  },
};

const ORDER: readonly Verdict[] = [
  'denies',
  'allows',
  'conditions-not-met',
  'other-resource',
  'ended',
  'other-operation',
];

function reasonOf(
  { state }: CallerRow,
  operation: OperationName,
  verdicts: ReadonlySet<Verdict>,
  ruling: Ruling | undefined,
  administers: string | null,
): Reason {
  if (state !== 'enabled') return 'caller-disabled';
  if (isEverybodys(operation)) return 'everybody';
  if (verdicts.has('denies')) return 'denied';
  if (ruling?.policy === 'denies') return 'denied-by-key-policy';
  if (!ruling?.allows) {
    if (ruling && !ruling.delegates) return 'not-in-key-policy';
    if (!verdicts.has('allows')) return 'no-binding';
  }
  return administers === null ? 'allowed' : 'separation-of-duties';
}

function mustBeGroup(access: AccessView, ref: string): string {
  const group = findGroup(access, ref);
  if (!group) throw groupNotFound();
  return group.id;
}
