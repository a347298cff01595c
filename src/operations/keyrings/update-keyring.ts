import { KmsError } from '../../errors.js';
import { mustBeAwsAccount, type AwsAccount } from '../../keys/aws-account.js';
import { mustBeDescription } from '../../keys/description.js';
import type { KeyringRow } from '../../keys/records.js';
import type { Change, InstallView } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { dualControlOf, mustHaveApprovers, type DualControlInput } from '../governance/dual-control.js';
import type { Guarded } from '../guarded.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { inOtherRegions } from './destroy-keyring.js';
import { describeKeyring, type KeyringDescription } from './describe-keyring.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from './resolve-keyring.js';

export interface UpdateKeyringInput extends KeyringInput {
  readonly description?: string;
  /** false: somebody may both administer and use keys here. */
  readonly separationOfDuties?: boolean;
  /** null: none. */
  readonly dualControl?: DualControlInput | null;
  /** What it stands for at the AWS door, which ends the separation of duties in it; null: nothing. */
  readonly awsAccount?: AwsAccount | null;
}

/** Changes what is given and leaves the rest. */
export const updateKeyring: ChangeOperation<UpdateKeyringInput, ResolvedKeyring, KeyringDescription> = {
  name: 'keyring.update',
  resolve: resolveKeyring('keyring.update'),

  async run(deps, { keyring: { id } }, input, commit, arrival) {
    const { description, separationOfDuties, awsAccount } = input;
    if (description !== undefined) mustBeDescription(description);
    const dualControl = input.dualControl && dualControlOf(input.dualControl);
    if (awsAccount) mustBeAwsAccount(awsAccount);
    const given = {
      ...(description === undefined ? {} : { description }),
      ...(separationOfDuties === undefined ? {} : { separationOfDuties }),
      ...(dualControl === undefined ? {} : { dualControl }),
      ...(awsAccount === undefined ? {} : { awsAccount }),
      // Its root principal both administers and uses the keys.
      ...(awsAccount ? { separationOfDuties: false } : {}),
    };
    if (Object.keys(given).length === 0) {
      throw new KmsError('invalid-request', 'give description, separationOfDuties, dualControl or awsAccount');
    }
    return commit(awsAccount === undefined ? [INSTALL_SCOPE] : [INSTALL_SCOPE, id], async (change) => {
      mustBeLive(change, id);
      const current = await change.find('keyring', id);
      if (!current) throw new KmsError('conflict', 'the keyring is not there any more; try again');
      if (dualControl) mustHaveApprovers(change.install, id, dualControl, arrival.caller.id, deps.clock.now());
      const row = { ...current, ...given };
      mustBeAttachable(change.install, row, separationOfDuties);
      if (isMoved(current, row)) await mustHaveNoMultiRegionKeys(change, id);
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

function settingsOf({
  separationOfDuties,
  dualControl = null,
  awsAccount = null,
}: Omit<KeyringRow, 'revision'>): object {
  return { separationOfDuties: separationOfDuties !== false, dualControl, awsAccount };
}

/** @throws KmsError invalid-request, name-taken */
function mustBeAttachable({ keyringsById }: InstallView, row: Omit<KeyringRow, 'revision'>, separate?: boolean): void {
  const { id, awsAccount } = row;
  if (!awsAccount) return;
  if (separate) {
    throw new KmsError(
      'invalid-request',
      'separationOfDuties: a keyring that stands for an AWS account has none; give awsAccount null with it',
    );
  }
  const { accountId, region } = awsAccount;
  for (const other of keyringsById.values()) {
    const same = other.awsAccount?.accountId === accountId && other.awsAccount.region === region;
    if (!same || other.id === id || other.state !== 'enabled') continue;
    throw new KmsError('name-taken', `awsAccount: the keyring ${other.name} stands for ${accountId} in ${region}`);
  }
}

function isMoved({ awsAccount: from }: KeyringRow, { awsAccount: to }: Omit<KeyringRow, 'revision'>): boolean {
  return Boolean(from) && (from?.accountId !== to?.accountId || from?.region !== to?.region);
}

/** They know which region they are in, and where the others are. @throws KmsError keyring-not-empty */
async function mustHaveNoMultiRegionKeys(change: Change, keyringId: string): Promise<void> {
  for await (const { key } of change.everyKey(keyringId))
    if (key.multiRegion && key.state !== 'destroyed') throw inOtherRegions(key.id);
}

function guardedBy(
  { separationOfDuties, dualControl, awsAccount }: UpdateKeyringInput,
  id: string,
): Guarded | undefined {
  if (awsAccount !== undefined) return { reason: 'aws-account', places: [id] };
  if (separationOfDuties !== undefined) return { reason: 'separation-of-duties', places: [id] };
  return dualControl === undefined ? undefined : { reason: 'dual-control', places: [id] };
}
