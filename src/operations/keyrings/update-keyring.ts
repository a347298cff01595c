import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import type { KeyringRow } from '../../keys/records.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { dualControlOf, mustHaveApprovers, type DualControlInput } from '../governance/dual-control.js';
import type { Guarded } from '../guarded.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { describeKeyring, type KeyringDescription } from './describe-keyring.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from './resolve-keyring.js';

export interface UpdateKeyringInput extends KeyringInput {
  readonly description?: string;
  /** false: somebody may both administer and use keys here. */
  readonly separationOfDuties?: boolean;
  /** null: none. */
  readonly dualControl?: DualControlInput | null;
}

/** Changes what is given and leaves the rest. */
export const updateKeyring: ChangeOperation<UpdateKeyringInput, ResolvedKeyring, KeyringDescription> = {
  name: 'keyring.update',
  resolve: resolveKeyring('keyring.update'),

  async run(deps, { keyring: { id } }, input, commit, arrival) {
    const { description, separationOfDuties } = input;
    if (description !== undefined) mustBeDescription(description);
    const dualControl = input.dualControl && dualControlOf(input.dualControl);
    const given = {
      ...(description === undefined ? {} : { description }),
      ...(separationOfDuties === undefined ? {} : { separationOfDuties }),
      ...(dualControl === undefined ? {} : { dualControl }),
    };
    if (Object.keys(given).length === 0) {
      throw new KmsError('invalid-request', 'give description, separationOfDuties or dualControl');
    }
    return commit([INSTALL_SCOPE], async (change) => {
      mustBeLive(change, id);
      const current = await change.find('keyring', id);
      if (!current) throw new KmsError('conflict', 'the keyring is not there any more; try again');
      if (dualControl) mustHaveApprovers(change.install, id, dualControl, arrival.caller.id, deps.clock.now());
      const row = { ...current, ...given };
      change.put('keyring', row);
      const guarded = guardedBy(input, id);
      return {
        output: describeKeyring(row),
        detail: { from: settingsOf(current), to: settingsOf(row) },
        ...(guarded ? { guarded } : {}),
      };
    });
  },
};

function settingsOf({ separationOfDuties, dualControl = null }: Omit<KeyringRow, 'revision'>): object {
  return { separationOfDuties: separationOfDuties !== false, dualControl };
}

function guardedBy({ separationOfDuties, dualControl }: UpdateKeyringInput, id: string): Guarded | undefined {
  if (separationOfDuties !== undefined) return { reason: 'separation-of-duties', places: [id] };
  return dualControl === undefined ? undefined : { reason: 'dual-control', places: [id] };
}
