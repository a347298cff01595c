import { randomUUID } from 'node:crypto';
import type { BindingScope, CallerRow } from '../../src/access/records.js';
import { generateToken } from '../../src/access/token.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import type { InstallStore } from '../../src/ledger/install-store.js';
import { INSTALL_SCOPE } from '../../src/ledger/sealed-tables.js';
import type { Arrival } from '../../src/operations/arrival.js';
import type { Deps } from '../../src/operations/deps.js';
import { foundInstall, openInstall } from '../../src/operations/found-install.js';
import { Kms } from '../../src/operations/kms.js';
import type { TestClock } from './memory-stores.js';

/** An install with one keyring `default`, whatever it is stored in. */
export interface TestBed {
  readonly deps: Deps;
  readonly kms: Kms;
  readonly clock: TestClock;
  /** Id of the keyring `default`. */
  readonly keyringId: string;
  /** A new caller with one role, through the door: authenticated by a token of its own. */
  arriveAs(role: string, scope?: BindingScope, idempotencyKey?: string): Promise<Arrival>;
  dispose(): Promise<void>;
}

/** Founds an install with nobody in it in an empty store, and opens it. */
export async function foundBed(
  deps: Deps,
  clock: TestClock,
  store: InstallStore,
  dispose: () => Promise<void>,
): Promise<TestBed> {
  const { ledger, secrets } = deps;
  const kms = new Kms(deps);
  await foundInstall(store, secrets, [], new Date(clock.now()));
  await openInstall(secrets);
  const keyringId = (await ledger.install()).keyringsByName.get('default')?.id ?? '';

  const arriveAs = async (role: string, scope: BindingScope = { everything: true }, idempotencyKey?: string) => {
    const createdAt = new Date(clock.now());
    const caller: Omit<CallerRow, 'revision'> = {
      id: uuidv7(),
      name: `${role}-${randomUUID().slice(-12)}`,
      type: 'service',
      state: 'enabled',
      createdAt,
    };
    const { id, secret, token } = generateToken();
    await ledger.change([INSTALL_SCOPE], async (change) => {
      const never = { expiresAt: null, revokedAt: null };
      const hash = secrets.digest('token', id, secret);
      const kinds = { kind: 'token', purpose: 'api', source: 'any', description: '' } as const;
      const bound = { callerId: caller.id, role, effect: 'allow', scope, expiresAt: null, removedAt: null } as const;
      change.put('caller', caller);
      change.put('credential', { id, callerId: caller.id, hash, ...kinds, ...never, createdAt });
      change.put('binding', { id: uuidv7(), ...bound, createdAt });
    });
    const given = idempotencyKey === undefined ? {} : { idempotencyKey };
    return kms.arrive({
      door: 'test',
      source: '127.0.0.1',
      requestId: randomUUID(),
      presented: { kind: 'token', token },
      ...given,
    });
  };
  return { deps, kms, clock, keyringId, arriveAs, dispose };
}
