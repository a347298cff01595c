import type { PublicJwk } from '../../crypto/public-key.js';
import { keyStateAt } from '../../keys/key-states.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import { jwkOf } from './jwk-of.js';

export interface JwkSet {
  readonly keys: readonly PublicJwk[];
}

const PAGE = 1000;

/** One reading at a time for each keyring, so that anonymous requests cannot fill the database's queue. */
interface Readings {
  running: Promise<JwkSet>;
  next: Promise<JwkSet> | undefined;
}

const readingsOf = new WeakMap<Ledger, Map<string, Readings>>();

/**
 * The published signing keys of a keyring (RFC 7517 section 5), for anybody: active versions of enabled keys, newest key first, a key's
 * primary before its others. Read when asked, never remembered: a revoked version leaves at once.
 * @param keyring id or name; one that does not exist has the empty set, like one that publishes nothing
 */
export async function jwks(deps: Deps, keyring: string): Promise<JwkSet> {
  const { keyringsById, keyringsByName } = await deps.ledger.install();
  const found = keyringsById.get(keyring) ?? keyringsByName.get(keyring);
  return found?.state === 'enabled' ? share(deps, found.id) : { keys: [] };
}

/** Who comes while a reading runs shares the next, which began after the question. */
function share(deps: Deps, keyringId: string): Promise<JwkSet> {
  const readings = readingsOf.get(deps.ledger) ?? new Map<string, Readings>();
  readingsOf.set(deps.ledger, readings);
  const known = readings.get(keyringId);
  if (known) {
    known.next ??= known.running.then(noMatter, noMatter).then(() => start(deps, readings, keyringId));
    return known.next;
  }
  return start(deps, readings, keyringId);
}

function start(deps: Deps, readings: Map<string, Readings>, keyringId: string): Promise<JwkSet> {
  const reading: Readings = { running: read(deps, keyringId), next: undefined };
  readings.set(keyringId, reading);
  const end = () => {
    if (reading.next === undefined) readings.delete(keyringId);
  };
  reading.running.then(end, end);
  return reading.running;
}

async function read(deps: Deps, keyringId: string): Promise<JwkSet> {
  const keys: PublicJwk[] = [];
  const now = deps.clock.now();
  for (let before: string | undefined; ;) {
    const page = await deps.ledger.listKeys(keyringId, {
      state: 'enabled',
      usage: 'sign-verify',
      published: true,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    for (const snapshot of page) keys.push(...jwksOf(snapshot, now));
    before = page.at(-1)?.key.id;
    if (page.length < PAGE) return { keys };
  }
}

/** What the query found is checked again on the verified rows. */
function jwksOf({ key, versions }: KeySnapshot, now: number): PublicJwk[] {
  if (!key.published || key.usage !== 'sign-verify' || keyStateAt(key, now) !== 'enabled') return [];
  const rank = (version: number) => (version === key.primaryVersion ? Infinity : version);
  return versions
    .filter((row) => row.state === 'active')
    .toSorted((a, b) => rank(b.version) - rank(a.version))
    .flatMap((row) => (row.publicKey ? [jwkOf(key, row.version, row.publicKey)] : []));
}

function noMatter(): void {}
