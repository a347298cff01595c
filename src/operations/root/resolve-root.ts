import type { OperationName } from '../../access/permissions.js';
import type { Resolved } from '../operation.js';

/** The root belongs to no keyring: whoever may must be bound at scope everything. */
export function resolveRoot(permission: OperationName): () => Promise<Resolved> {
  return async () => ({
    needs: [{ permission, resource: { kind: 'install' } }],
    subject: { resource: 'root' },
    scopes: [],
    basis: [],
  });
}
