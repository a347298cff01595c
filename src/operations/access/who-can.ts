import { rootsOf } from '../../access/account-root.js';
import type { AccessView } from '../../access/access-view.js';
import { NO_ATTRIBUTES } from '../../access/conditions.js';
import type { Resource } from '../../access/grant.js';
import type { Ruling } from '../../access/key-rules/ruling.js';
import { alsoNeeds } from '../../access/also-needs.js';
import type { OperationName } from '../../access/permissions.js';
import { isEverybodys } from '../../access/permissions.js';
import type { BindingRow } from '../../access/records.js';
import type { Resolved, UseOperation } from '../operation.js';
import { askedResource } from './asked-resource.js';
import { describeBinding, type BindingDescription } from './describe-binding.js';
import { may, permissionDenied } from '../authorise.js';

export interface WhoCanInput {
  readonly operation: OperationName;
  /** As in `ExplainAccessInput`. */
  readonly resource?: string;
}

/** Somebody who could, under the conditions of one of the bindings. */
export interface Able {
  /** A group stands for those whose JWTs name it. */
  readonly kind: 'caller' | 'group';
  readonly id: string;
  readonly name: string;
  readonly bindings: readonly BindingDescription[];
}

interface ResolvedQuestion extends Resolved {
  readonly resource: Resource;
  readonly access: AccessView;
}

const INSTALL = { kind: 'install' } as const;

/** The inverse of a decision: every caller, and every group that JWTs can name, that could. By name. */
export const whoCan: UseOperation<WhoCanInput, ResolvedQuestion, { readonly items: readonly Able[] }> = {
  name: 'access.who-can',

  async resolve(deps, { resource = 'install' }, arrival) {
    const { access } = await deps.ledger.install();
    if (!may(access, arrival, 'access.who-can', INSTALL, deps.clock.now())) throw permissionDenied('access.who-can');
    return {
      resource: await askedResource(deps, resource),
      access,
      needs: [{ permission: 'access.who-can', resource: INSTALL }],
      subject: { resource: 'install' },
      scopes: [],
      basis: [access],
    };
  },

  async run(deps, { access, resource }, { operation }) {
    const now = deps.clock.now();
    const lacks = (id: string) =>
      alsoNeeds(operation).some((other) => access.granting(id, other, resource, now).length === 0);
    const own = (id: string): readonly BindingRow[] =>
      lacks(id) || access.administeringBinding(id, operation, resource, now)
        ? []
        : access.granting(id, operation, resource, now);
    const grantsTo = (id: string): readonly BindingRow[] => {
      const denies = access
        .consider(id, operation, resource, now, NO_ATTRIBUTES)
        .some(({ verdict }) => verdict === 'denies');
      const roots = denies ? [] : rootsOf(access.credentials.values(), id, now);
      return [...own(id), ...roots.flatMap(own)];
    };
    const holdersWith = (id: string) => [id, ...rootsOf(access.credentials.values(), id, now)];
    const callers = [...access.callers.values()].filter(({ state }) => state === 'enabled');
    const groups = [...access.groups.values()].filter(({ claim }) => claim !== null);
    const named = [
      ...callers.map(({ id, name }) => ({ kind: 'caller' as const, id, name })),
      ...groups.map(({ id, name }) => ({ kind: 'group' as const, id, name })),
    ];
    const ruled = (id: string): Ruling | undefined => {
      const holders = holdersWith(id);
      const ruling = access.rulingOn(holders, operation, resource, now, NO_ATTRIBUTES);
      return ruling && { ...ruling, allows: ruling.allows && access.may(holders, operation, resource, now) };
    };
    const items = named
      .map((one) => ({
        ...one,
        bindings: grantsTo(one.id).map((row) => describeBinding(row, access)),
        ruling: ruled(one.id),
      }))
      .filter(({ ruling, bindings }) => (ruling ? ruling.allows || (ruling.delegates && bindings.length > 0) : true))
      .filter(
        ({ kind, bindings, ruling }) =>
          bindings.length > 0 || ruling?.allows === true || (kind === 'caller' && isEverybodys(operation)),
      )
      .map(({ ruling: _ruling, ...item }) => item)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { output: { items } };
  },
};
