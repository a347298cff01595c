import type { Deps } from './deps.js';
import type { Subject } from './operation.js';
import { subjectOfKey } from './resolve-key.js';

/** What was asked for, when it could not be resolved: the references as the caller gave them, and which keyring that is, if it is one. */
export async function askedFor(deps: Deps, input: unknown): Promise<Subject> {
  const { keyring, key } = referencesIn(input);
  const found = keyring === undefined ? undefined : await findKeyringId(deps, keyring);
  const inKeyring = found === undefined ? {} : { keyring: found };
  if (key !== undefined) return { resource: `key/${key.slice(0, 128)}`, ...inKeyring };
  if (keyring !== undefined) return { resource: `keyring/${found ?? keyring.slice(0, 128)}`, ...inKeyring };
  return { resource: 'install' };
}

/** The same where nothing was looked up yet: if there is such a key, the record is one of that key. */
export async function askedForAtDoor(deps: Deps, input: unknown): Promise<Subject> {
  const asked = await askedFor(deps, input);
  const { key } = referencesIn(input);
  if (key === undefined || asked.keyring === undefined) return asked;
  // The request is refused whatever comes of this; without the database the refusal itself cannot be written down.
  const snapshot = await deps.ledger.findKey(asked.keyring, key).catch(() => undefined);
  return snapshot ? subjectOfKey(snapshot) : asked;
}

function referencesIn(input: unknown): { readonly keyring: string | undefined; readonly key: string | undefined } {
  const { keyring, key } = (input ?? {}) as { keyring?: unknown; key?: unknown };
  return {
    keyring: typeof keyring === 'string' ? keyring : undefined,
    key: typeof key === 'string' ? key : undefined,
  };
}

async function findKeyringId(deps: Deps, ref: string): Promise<string | undefined> {
  const install = await deps.ledger.install().catch(() => undefined);
  return (install?.keyringsById.get(ref) ?? install?.keyringsByName.get(ref))?.id;
}
