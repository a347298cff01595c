import type { AuditHold, HeldRecords } from '../../audit/audit-settings.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { InstallView } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import { settingsIn } from '../governance/get-settings.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { holdIn } from './delete-hold.js';

const MOST_HOLDS = 100;
const INSTALL = { kind: 'install' } as const;

export interface CreateHoldInput {
  readonly reason: string;
  /** The whole log. */
  readonly everything?: true;
  /** Id or name. */
  readonly keyring?: string;
  /** Of the keyring: id, name or alias. */
  readonly key?: string;
}

interface ResolvedHold extends Resolved {
  readonly scope: HeldRecords;
}

/** Nothing of what is held is dropped from the log, and nothing behind it. */
export const createHold: ChangeOperation<CreateHoldInput, ResolvedHold, AuditHold> = {
  name: 'hold.create',

  async resolve(deps, input, arrival) {
    const install = await deps.ledger.install();
    if (!may(install.access, arrival, 'hold.create', INSTALL, deps.clock.now())) throw permissionDenied('hold.create');
    return {
      scope: await scopeOf(deps, install, input),
      needs: [{ permission: 'hold.create', resource: INSTALL }],
      subject: { resource: 'install' },
      scopes: [],
      basis: [install],
    };
  },

  async run(deps, { scope }, { reason }, commit, arrival) {
    const createdAt = new Date(deps.clock.now()).toISOString();
    const hold: AuditHold = { id: uuidv7(), scope, reason, createdBy: arrival.caller.id, createdAt };
    return commit([INSTALL_SCOPE], async (change) => {
      const settings = settingsIn(change.install);
      if (settings.auditLog.holds.length >= MOST_HOLDS) {
        throw new KmsError('limit-reached', `there are ${MOST_HOLDS} holds, which is the most; hold the whole log`);
      }
      const holds = [...settings.auditLog.holds, hold];
      change.put('install_setting', { id: INSTALL_SCOPE, ...settings, auditLog: { ...settings.auditLog, holds } });
      return { output: hold, detail: { hold }, resourceId: hold.id };
    });
  },

  repeat: async (deps, _resolved, id) => holdIn(await deps.ledger.install(), id),
};

/** @throws KmsError invalid-request, keyring-not-found, key-not-found */
async function scopeOf(
  { ledger }: Deps,
  { keyringsById, keyringsByName }: InstallView,
  { everything, keyring: ref, key }: CreateHoldInput,
): Promise<HeldRecords> {
  if ((everything === undefined) === (ref === undefined) || (everything && key !== undefined)) {
    throw new KmsError('invalid-request', 'give everything, or a keyring, or a keyring and a key of it');
  }
  if (ref === undefined) return { everything: true };
  const keyring = (keyringsById.get(ref) ?? keyringsByName.get(ref))?.id;
  if (keyring === undefined) throw new KmsError('keyring-not-found', 'keyring: none has this id or name');
  if (key === undefined) return { keyring };
  const found = await ledger.findKey(keyring, key);
  if (!found) throw new KmsError('key-not-found', 'key: none of the keyring has this id, name or alias');
  return { keyring, key: found.key.id };
}
