import type { AccessView } from '../../access/access-view.js';
import { BOOTSTRAP_OPERATIONS } from '../../access/bootstrap.js';
import type { CredentialRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { resolveInstall } from './resolve-caller.js';

export interface FinishedBootstrap {
  /** Ids of the tokens that ended. */
  readonly tokens: readonly string[];
  /** Ids of the administrators who can come in. */
  readonly administrators: readonly string[];
}

/** Ends the first administrator: its token is revoked and its caller disabled, once another administrator can come in. */
export const finishBootstrap: ChangeOperation<object, Resolved, FinishedBootstrap> = {
  name: 'bootstrap.finish',
  resolve: resolveInstall('bootstrap.finish'),

  async run(deps, _resolved, _input, commit) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const { access } = change.install;
      const rows = [...access.credentials.values()].filter(
        ({ purpose, revokedAt }) => purpose === 'bootstrap' && !revokedAt,
      );
      if (rows.length === 0) {
        throw new KmsError('invalid-transition', 'there is no bootstrap token: it was retired, or there never was one');
      }
      const callers = new Set(rows.map(({ callerId }) => callerId));
      const administrators = administratorsBeside(access, callers, now);
      if (administrators.length === 0) {
        throw new KmsError(
          'invalid-transition',
          'nobody else could administer: bind administrator everywhere to another caller that has a credential, first',
        );
      }
      for (const row of rows) change.put('credential', { ...row, revokedAt: new Date(now) });
      for (const id of callers) {
        const caller = await change.find('caller', id);
        if (caller) change.put('caller', { ...caller, state: 'disabled' });
      }
      const output = { tokens: rows.map(({ id }) => id), administrators };
      return { output, detail: { ...output } };
    });
  },
};

function administratorsBeside(access: AccessView, callers: ReadonlySet<string>, now: number): readonly string[] {
  // An invitation may never be redeemed, and a session ends by itself.
  const isLive = ({ purpose, factors, revokedAt, expiresAt }: CredentialRow) =>
    (purpose === 'api' || factors?.confirmed === true) && !revokedAt && (expiresAt?.getTime() ?? Infinity) > now;
  const comeIn = new Set([...access.credentials.values()].filter(isLive).map(({ callerId }) => callerId));
  const administers = (id: string) =>
    BOOTSTRAP_OPERATIONS.every((operation) => access.granting(id, operation, { kind: 'install' }, now).length > 0);
  return [...access.callers.values()]
    .filter(({ id, state }) => state === 'enabled' && !callers.has(id) && comeIn.has(id) && administers(id))
    .map(({ id }) => id);
}
