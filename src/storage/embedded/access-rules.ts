import { userInfo } from 'node:os';
import { join } from 'node:path';
import { KmsError } from '../../errors.js';
import type { ServerAccount } from './server-account.js';
import { writeFor } from './write-for.js';

/**
 * Writes pg_hba.conf and pg_ident.conf. Only the system user that Keystead runs as may connect, over the unix socket,
 * and the kernel says who that is (peer authentication): no password exists that could leak, and PostgreSQL's own user
 * cannot connect. That user may take any role.
 */
export async function writeAccessRules(pgdata: string, account: ServerAccount | undefined): Promise<void> {
  await writeFor(account, join(pgdata, 'pg_hba.conf'), 'local all all peer map=keystead\n');
  const user = ownUserName().replaceAll('"', '""');
  await writeFor(account, join(pgdata, 'pg_ident.conf'), `keystead "${user}" all\n`);
}

/** @throws KmsError invalid-setting when the system does not know our user, which initdb and peer authentication need */
function ownUserName(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new KmsError(
      'invalid-setting',
      `The user with uid ${process.getuid?.()} has no name in /etc/passwd, which the embedded PostgreSQL needs: ` +
        'add one, or set KEYSTEAD_DATABASE_URL to an external PostgreSQL.',
      cause,
    );
  }
}
