import type { Resource } from '../../access/grant.js';
import { isUnderDualControl } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import type { DualControl } from '../../keys/dual-control.js';
import type { InstallView } from '../../ledger/ledger.js';

const DAY = 86_400;
const LIMITS = { approvers: 16, lifetime: { least: 60, standard: DAY, most: 30 * DAY } } as const;

export interface DualControlInput {
  /** How many must approve: 1 to 16. */
  readonly approvers: number;
  /** Operations that need it, besides the guarded ones, which always do. */
  readonly operations?: readonly string[];
  /** Seconds for which a request may be decided and executed; default a day, at most 30. */
  readonly expiresIn?: number;
}

/** @throws KmsError invalid-request */
export function dualControlOf({ approvers, operations = [], expiresIn }: DualControlInput): DualControl {
  const { least, standard, most } = LIMITS.lifetime;
  const lifetime = expiresIn ?? standard;
  if (!Number.isInteger(approvers) || approvers < 1 || approvers > LIMITS.approvers) {
    throw new KmsError('invalid-request', `dualControl.approvers: a whole number from 1 to ${LIMITS.approvers}`);
  }
  if (!Number.isInteger(lifetime) || lifetime < least || lifetime > most) {
    throw new KmsError('invalid-request', `dualControl.expiresIn: ${least} to ${most} seconds`);
  }
  const unknown = operations.find((name) => !isUnderDualControl(name));
  if (unknown === undefined) return { approvers, operations: [...new Set(operations)].toSorted(), lifetime };
  throw new KmsError('invalid-request', 'dualControl.operations: names of operations that change something');
}

/**
 * Nobody may lock a place up for good.
 * @param place id of a keyring; null: the install
 * @param requesterId who may not approve himself
 * @throws KmsError invalid-transition
 */
export function mustHaveApprovers(
  { access }: InstallView,
  place: string | null,
  { approvers }: DualControl,
  requesterId: string,
  now: number,
): void {
  const resource: Resource = place === null ? { kind: 'install' } : { kind: 'keyring', keyringId: place };
  const able = [...access.callers.values()].filter(
    ({ id, type, state }) =>
      type === 'person' &&
      state === 'enabled' &&
      id !== requesterId &&
      access.granting(id, 'approval.decide', resource, now).length > 0,
  );
  if (able.length >= approvers) return;
  throw new KmsError(
    'invalid-transition',
    `dual control by ${approvers} needs as many approvers besides the one who asks, and there are ${able.length}: bind the role approver to persons first`,
  );
}
