import { isDeepStrictEqual } from 'node:util';
import { isKeysteadError, type KeysteadClient } from '../../src/client/client.js';
import type { PrivateServer } from '../private-server.js';
import type { Narrator } from './narrator.js';

const KEY = 'ledger';
const POLICY = { rotate: { every: '90d' }, retire: { after: '30d' }, destroy: { after: '10d' } };
/** Days that pass, and what the service does at the end of them. */
const PASSING = [
  ['91d', 'key.rotate by rotate.every'],
  ['31d', 'version.retire by retire.after'],
  ['11d', 'version.destroy by destroy.after'],
] as const;

interface Cast {
  readonly keyAdmin: KeysteadClient;
  readonly app: KeysteadClient;
  readonly auditor: KeysteadClient;
}

/** A policy at work, by a clock that is moved on. @throws Error at the first thing that is not as it should be */
export async function tellPolicy(narrator: Narrator, server: PrivateServer, cast: Cast): Promise<void> {
  const { keyAdmin, app, auditor } = cast;
  const { id } = await keyAdmin.keys.create({ name: KEY });
  const { nextRotationAt } = await narrator.step(`set a policy for the key ${KEY}: ${JSON.stringify(POLICY)}`, () =>
    keyAdmin.policies.setForKey(KEY, POLICY),
  );
  narrator.check(`it will be rotated on ${String(nextRotationAt).slice(0, 10)}`, nextRotationAt !== null);
  const { ciphertext } = await app.encrypt(KEY, { plaintext: Buffer.from('card 4711') });
  for (const [days, what] of PASSING) {
    await narrator.step(`${days} pass, by the test clock: ${what}`, () => pass(server, days));
  }
  const refusal: unknown = await app.decrypt({ ciphertext }).catch((error: unknown) => error);
  narrator.check(
    'what version 1 encrypted is gone with it',
    isKeysteadError(refusal) && refusal.code === 'version-destroyed',
  );
  const { items } = await auditor.audit.records({ key: id, caller: 'system:rotation' });
  const told = items.toReversed().map(({ operation, detail }) => `${operation} by ${String(Object(detail)['rule'])}`);
  narrator.check(
    `${items.length} records by system:rotation, each with the rule that caused it`,
    isDeepStrictEqual(
      told,
      PASSING.map(([, what]) => what),
    ),
  );
}

async function pass(server: PrivateServer, advance: string): Promise<void> {
  const { admin } = await server.tokens();
  const answer = await fetch(`${server.url}/api/v1/test/clock`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ advance }),
  });
  if (!answer.ok) throw new Error(`the clock was not moved: ${await answer.text()}`);
}
