import { KeysteadError } from '../client/client.js';
import type { Session } from './session.js';

export function warnUnauthentic(session: Session): void {
  session.note(
    'warning: not authentic: it was under a version that is compromised, and whoever has the key could have made it.\n',
  );
}

/** What to do with what is under a compromised version: refuse it, unless it is asked for. @throws KeysteadError not-authentic */
export function acceptUnauthentic(session: Session, isAskedFor: boolean | undefined): void {
  if (isAskedFor === true) return warnUnauthentic(session);
  throw new KeysteadError(
    'not-authentic',
    'This is under a version that is compromised: whoever has the key could have made it. --unauthentic decrypts it all the same.',
  );
}
