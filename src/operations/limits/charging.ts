import type { OperationName } from '../../access/permissions.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { Resolved, UseOperation } from '../operation.js';
import { extraCostOf } from './cost-of.js';

const made = new WeakMap<object, object>();

/** The operation, charging its caller for the keys as soon as it is known which ones they are, before they are used. */
export function charging<Input, R extends Resolved, Output>(
  operation: UseOperation<Input, R, Output>,
): UseOperation<Input, R, Output> {
  const known = made.get(operation);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the map holds the same type for each operation
  if (known) return known as UseOperation<Input, R, Output>;
  const { name } = operation;
  const charged: UseOperation<Input, R, Output> = {
    name,
    resolve: (deps, input, arrival) => operation.resolve(deps, input, arrival),
    run: (deps, resolved, input, arrival) => {
      const extra = extraOf(name, resolved);
      const refused = extra > 0 ? deps.limits.ofCaller(arrival, extra) : undefined;
      if (refused) throw refused;
      return operation.run(deps, resolved, input, arrival);
    },
  };
  made.set(operation, charged);
  return charged;
}

function extraOf(name: OperationName, { basis }: Resolved): number {
  let cost = 0;
  for (const snapshot of basis) if (isKeySnapshot(snapshot)) cost += extraCostOf(name, snapshot.key.spec);
  return cost;
}

function isKeySnapshot(snapshot: unknown): snapshot is KeySnapshot {
  return typeof snapshot === 'object' && snapshot !== null && 'key' in snapshot && 'versions' in snapshot;
}
