import type { CallerRow } from '../../access/records.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { describeCaller, type CallerDescription } from './describe-caller.js';
import { callerNotFound, resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

/** An operation that sets a caller's state, whatever it was. */
export function changeCallerState(
  name: 'caller.disable' | 'caller.enable',
  state: CallerRow['state'],
): ChangeOperation<CallerInput, ResolvedCaller, CallerDescription> {
  return {
    name,
    resolve: resolveCaller(name),
    async run(deps, { caller }, _input, commit) {
      return commit([INSTALL_SCOPE], async (change) => {
        const current = await change.find('caller', caller.id);
        if (!current) throw callerNotFound();
        const row = { ...current, state };
        change.put('caller', row);
        // To whoever holds its credentials it is as if they were issued now. To disable is never to wait.
        const enables = state === 'enabled' && current.state !== state;
        const guarded = enables ? guardedCredential(change.install, caller.id, deps.clock.now()) : undefined;
        return {
          output: describeCaller(row),
          detail: { from: current.state, to: state },
          ...(guarded ? { guarded } : {}),
        };
      });
    },
  };
}
