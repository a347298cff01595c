import { CALLER_TYPES, type CallerType } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { mustBeName } from '../../keys/names.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeCaller, type CallerDescription } from './describe-caller.js';
import { callerNotFound, findCaller, resolveInstall } from './resolve-caller.js';

export interface CreateCallerInput {
  readonly name: string;
  readonly type: CallerType;
}

/** Somebody new, who can do nothing until a role is bound. */
export const createCaller: ChangeOperation<CreateCallerInput, Resolved, CallerDescription> = {
  name: 'caller.create',
  resolve: resolveInstall('caller.create'),

  async run(deps, _resolved, { name, type }, commit, arrival) {
    mustBeName(name, 'name');
    if (!CALLER_TYPES.includes(type)) {
      throw new KmsError('invalid-request', `type: one of ${CALLER_TYPES.join(', ')}`);
    }
    const id = uuidv7();
    return commit([INSTALL_SCOPE], async (change) => {
      if (findCaller(change.install.access, name)) {
        throw new KmsError('name-taken', `a caller is called ${name}; take another name`);
      }
      const createdAt = new Date(deps.clock.now());
      const row = { id, name, type, state: 'enabled', createdAt, createdBy: arrival.caller.id } as const;
      change.put('caller', row);
      return { output: describeCaller(row), subject: { resource: `caller/${id}` }, resourceId: id };
    });
  },

  async repeat(deps, _resolved, id) {
    const { access } = await deps.ledger.install();
    const caller = access.callers.get(id);
    if (!caller) throw callerNotFound();
    return describeCaller(caller);
  },
};
