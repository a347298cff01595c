import { randomUUID } from 'node:crypto';
import type { BindingScope, CallerRow } from '../../src/access/records.js';
import { generateToken } from '../../src/access/token.js';
import { ownBuffer } from '../../src/crypto/random.js';
import { Secret } from '../../src/crypto/secret.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import type { WrappedObject } from '../../src/keys/wrapped-object.js';
import { INSTALL_SCOPE } from '../../src/ledger/sealed-tables.js';
import type { Arrival } from '../../src/operations/arrival.js';
import type { Deps } from '../../src/operations/deps.js';
import { makeKeyring, putKeyring } from '../../src/operations/keyrings/make-keyring.js';
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

/** Gives an empty store its install and its keyring. @param putWrapped writes wrappings before there is any ledger */
export async function seedInstall(
  deps: Deps,
  clock: TestClock,
  putWrapped: (wrapped: readonly WrappedObject[]) => Promise<void>,
  dispose: () => Promise<void>,
): Promise<TestBed> {
  const { ledger, secrets } = deps;
  const kms = new Kms(deps);
  const integrityKey = new Secret(ownBuffer(32));
  await putWrapped(await secrets.wrap({ kind: 'integrity', scopeId: INSTALL_SCOPE, version: 1 }, integrityKey));
  integrityKey.destroy();
  await secrets.sealFor(INSTALL_SCOPE);
  const made = await makeKeyring(secrets, { name: 'default', description: '' }, new Date(clock.now()));
  await ledger.change([INSTALL_SCOPE], async (change) => putKeyring(change, made));

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
    return kms.arrive({ door: 'test', source: '127.0.0.1', requestId: randomUUID(), token, ...given });
  };
  return { deps, kms, clock, keyringId: made.keyring.id, arriveAs, dispose };
}
