import { readFileSync } from 'node:fs';
import type { Prompt } from './prompt.js';
import { UsageError } from './usage-error.js';

export interface OpenerOptions {
  readonly identity: readonly string[];
  readonly passphrase?: boolean;
}

/** What opens a backup: identities out of files, or a passphrase that is asked for. @throws UsageError */
export async function openerOf(
  prompt: Prompt,
  { identity, passphrase }: OpenerOptions,
): Promise<{ readonly identities: readonly string[] } | { readonly passphrase: string }> {
  if (identity.length > 0 === (passphrase === true)) throw new UsageError('Give --identity FILE, or --passphrase.');
  if (passphrase !== true) return { identities: identity.flatMap(identitiesIn) };
  return { passphrase: await prompt.askSecret('Passphrase of the backup') };
}

/** As age-keygen writes them: a line each, beside comments. */
function identitiesIn(path: string): readonly string[] {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  const identities = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (identities.length > 0) return identities;
  throw new UsageError(`${path} holds no identity of age (AGE-SECRET-KEY-1…).`);
}
