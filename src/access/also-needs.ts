import type { OperationName } from './permissions.js';

/** Operations that need another permission besides their own: events tell what the audit log does. */
const ALSO_NEEDS: Partial<Readonly<Record<OperationName, OperationName>>> = {
  'webhook.create': 'audit.read',
  'webhook.redeliver': 'audit.read',
  'delivery.list': 'audit.read',
};

export function alsoNeeds(operation: OperationName): readonly OperationName[] {
  const other = ALSO_NEEDS[operation];
  return other === undefined ? [] : [other];
}
