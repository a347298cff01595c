import type { KeySnapshot } from '../../keys/records.js';
import type { Deps } from '../deps.js';
import type { LoadedVersion } from '../loaded-keys.js';
import type { Answer } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import type { KeyUse } from './resolve-key-use.js';
import { versionsToVerify } from './load-for-use.js';

/** What does not verify is an answer, not an error. */
export type Verdict = (KeyUse & { readonly valid: true }) | { readonly valid: false };

/** Tries the named version, or those that may verify, newest first: what was made before a rotation still verifies. */
export async function verdictOf(
  deps: Deps,
  snapshot: KeySnapshot,
  version: number | undefined,
  verifies: (loaded: LoadedVersion) => boolean | Promise<boolean>,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<Answer<Verdict>> {
  for (const row of versionsToVerify(deps, snapshot, version)) {
    if (!(await verifies(await deps.loaded.get(snapshot, row.version)))) continue;
    return {
      output: { valid: true, version: row.version, keyId: snapshot.key.id },
      subject: subjectOfKey(snapshot, row.version),
      detail: { ...detail, valid: true },
    };
  }
  return { output: { valid: false }, subject: subjectOfKey(snapshot, version), detail: { ...detail, valid: false } };
}
