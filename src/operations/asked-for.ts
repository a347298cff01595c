import { findCaller } from './access/resolve-caller.js';
import type { Deps } from './deps.js';
import type { Subject } from './operation.js';
import { subjectOfKey } from './resolve-key.js';

/** What was asked for, when it could not be resolved: the references as the caller gave them, and which keyring that is, if it is one. */
export async function askedFor(deps: Deps, input: unknown): Promise<Subject> {
  const { keyring, key, caller } = referencesIn(input);
  const found = keyring === undefined ? undefined : await findKeyringId(deps, keyring);
  const inKeyring = found === undefined ? {} : { keyring: found };
  if (key !== undefined) return { resource: `key/${key.slice(0, 128)}`, ...inKeyring };
  if (keyring !== undefined) return { resource: `keyring/${found ?? keyring.slice(0, 128)}`, ...inKeyring };
  if (caller !== undefined) return { resource: `caller/${(await findCallerId(deps, caller)) ?? caller.slice(0, 128)}` };
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

interface References {
  readonly keyring?: string;
  readonly key?: string;
  readonly caller?: string;
}

function referencesIn(input: unknown): References {
  const given = Object(input) as Readonly<Record<string, unknown>>;
  const names = ['keyring', 'key', 'caller'] as const;
  return Object.fromEntries(names.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])));
}

async function findKeyringId(deps: Deps, ref: string): Promise<string | undefined> {
  const install = await deps.ledger.install().catch(() => undefined);
  return (install?.keyringsById.get(ref) ?? install?.keyringsByName.get(ref))?.id;
}

async function findCallerId(deps: Deps, ref: string): Promise<string | undefined> {
  const install = await deps.ledger.install().catch(() => undefined);
  return install && findCaller(install.access, ref)?.id;
}
