import { alsoNeeds } from '../../access/also-needs.js';
import type { OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import type { InstallView } from '../../ledger/ledger.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Need } from '../operation.js';

const INSTALL = { kind: 'install' } as const;

/** Its own permission. @throws KmsError permission-denied */
export function webhookNeed(
  { clock }: Deps,
  { access }: InstallView,
  arrival: Arrival,
  permission: OperationName,
): Need {
  if (!may(access, arrival, permission, INSTALL, clock.now())) throw permissionDenied(permission);
  return { permission, resource: INSTALL };
}

/**
 * What an operation needs besides, where events tell something: of the keyring that they are about, or of everything.
 * @throws KmsError permission-denied, with what is missing and who can give it
 */
export function needsToBeTold(
  { clock }: Deps,
  { access }: InstallView,
  arrival: Arrival,
  operation: OperationName,
  onlyKeyring: string | null,
): readonly Need[] {
  const resource = onlyKeyring === null ? INSTALL : ({ kind: 'keyring', keyringId: onlyKeyring } as const);
  return alsoNeeds(operation).map((permission) => {
    if (may(access, arrival, permission, resource, clock.now())) return { permission, resource };
    throw new KmsError(
      'permission-denied',
      `${operation} also needs ${permission}, which no role of this caller allows here; an administrator can bind auditor besides, or a role with both (docs/guides/events.md)`,
    );
  });
}
