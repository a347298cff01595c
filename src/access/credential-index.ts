import type { AccessView } from './access-view.js';
import { matchKey } from './credential-match.js';
import type { CredentialRow } from './records.js';

type Index = ReadonlyMap<string, readonly CredentialRow[]>;

/** Made once for each state of the credentials, when it is first asked for. */
const indexes = new WeakMap<ReadonlyMap<string, CredentialRow>, Index>();

/** The credentials under a key of `matchKey`, ended ones too. */
export function credentialsMatching({ credentials }: AccessView, key: string): readonly CredentialRow[] {
  let index = indexes.get(credentials);
  if (!index) indexes.set(credentials, (index = indexOf(credentials)));
  return index.get(key) ?? [];
}

function indexOf(credentials: ReadonlyMap<string, CredentialRow>): Index {
  const index = new Map<string, CredentialRow[]>();
  for (const row of credentials.values()) {
    if (!row.match) continue;
    const key = matchKey(row.match);
    const same = index.get(key);
    if (same) same.push(row);
    else index.set(key, [row]);
  }
  return index;
}
