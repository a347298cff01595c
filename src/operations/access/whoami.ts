import type { Conditions } from '../../access/conditions.js';
import type { BindingRow, BindingScope } from '../../access/records.js';
import type { Arrival } from '../arrival.js';
import type { Resolved, UseOperation } from '../operation.js';

export interface HeldRole {
  readonly role: string;
  readonly effect: string;
  readonly scope: BindingScope;
  /** Where it has some. */
  readonly conditions?: Conditions;
}

export interface WhoamiOutput {
  readonly id: string;
  readonly name: string;
  readonly type: Arrival['caller']['type'];
  readonly credential: { readonly id: string; readonly expiresAt: Date | null } | null;
  readonly roles: readonly HeldRole[];
}

/** Who the caller is, and which roles it has where. */
export const whoami: UseOperation<object, Resolved, WhoamiOutput> = {
  name: 'whoami',

  async resolve(deps, _input, { caller }) {
    return {
      needs: [{ permission: 'whoami', resource: { kind: 'install' } }],
      subject: { resource: `caller/${caller.id}` },
      scopes: [],
      basis: [await deps.ledger.install()],
    };
  },

  async run(deps, _resolved, _input, { caller: { id, name, type }, credentialId }) {
    const { access } = await deps.ledger.install();
    const credential = access.credentials.get(credentialId ?? '');
    return {
      output: {
        id,
        name,
        type,
        credential: credential ? { id: credential.id, expiresAt: credential.expiresAt } : null,
        roles: access.bindingsOf(id, deps.clock.now()).map(heldRole),
      },
    };
  },
};

function heldRole({ role, effect, scope, conditions }: BindingRow): HeldRole {
  return conditions ? { role, effect, scope, conditions } : { role, effect, scope };
}
