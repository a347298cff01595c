import { readFile, stat } from 'node:fs/promises';
import { KmsError } from '../../errors.js';

/** The user that initdb and PostgreSQL run as, when it is not the user that Keystead runs as. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** In order of preference: a user made for this purpose, the distribution's PostgreSQL user, and the one every system has. */
const PREFERRED_USERS = ['keystead', 'postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root. Started by root, Keystead gives the database to an unprivileged user: the owner of
 * the existing cluster, so that a second start finds its files, else the first of PREFERRED_USERS.
 *
 * @param pgdata the cluster's directory, which may not exist yet
 * @returns undefined when Keystead is not root, and PostgreSQL runs as the same user
 * @throws KmsError invalid-setting when root has no unprivileged user to give the database to
 */
export async function chooseServerAccount(pgdata: string): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(pgdata).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  for (const name of PREFERRED_USERS) {
    const user = users.get(name);
    if (user !== undefined && user.uid !== 0) return user;
  }
  throw new KmsError(
    'invalid-setting',
    `The embedded PostgreSQL cannot run as root, and /etc/passwd has none of the users ${PREFERRED_USERS.join(', ')}: ` +
      'start Keystead as an ordinary user, add a system user named keystead, or set KEYSTEAD_DATABASE_URL.',
  );
}

/** The lines of /etc/passwd (name:password:uid:gid:…) by name; passwd(5). */
export function parsePasswd(text: string): Map<string, ServerAccount> {
  const users = new Map<string, ServerAccount>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid && /^\d+$/.test(uid) && /^\d+$/.test(gid)) {
      users.set(name, { uid: Number(uid), gid: Number(gid) });
    }
  }
  return users;
}
