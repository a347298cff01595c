import type { Verdict } from '../client/client.js';
import { NotValidError } from './not-valid-error.js';
import type { Session } from './session.js';

/**
 * Shows that something verified.
 * @throws NotValidError if it did not
 */
export function showVerdict(session: Session, verdict: Verdict, what: 'signature' | 'MAC'): void {
  const by = verdict.version === undefined ? '' : `, by version ${verdict.version}`;
  session.show(verdict, () => (verdict.valid ? `valid${by}\n` : ''));
  if (!verdict.valid) throw new NotValidError(`The ${what} is not valid.`);
}
