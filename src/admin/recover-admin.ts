import { resolve } from 'node:path';
import { parseToken } from '../access/token.js';
import { readConfig } from '../config/config.js';
import { uuidv7 } from '../keys/uuid.js';
import { recoverAdministrator, type RecoveredAdministrator } from '../operations/access/recover-administrator.js';
import { generateBootstrapToken } from './generate-token.js';
import { mustBeSetUp } from './must-be-set-up.js';
import { withOfflineKms } from './offline.module.js';
import type { AskShare } from './unseal-by-keepers.js';
import { writePrivately } from './write-privately.js';

/**
 * Makes a new administrator, whose token goes to a file of mode 0600 before the database knows it.
 * @param environment the server's own: its database and its root key are what proves that one may
 * @param path        of the file; an existing one is replaced
 * @param share       for a root key of `shamir:`
 * @throws KmsError as a start of the service does; invalid-setting where nothing was ever set up
 */
export async function recoverAdmin(
  environment: Readonly<Record<string, string | undefined>>,
  path: string,
  share?: AskShare,
): Promise<RecoveredAdministrator & { readonly path: string }> {
  const config = readConfig({ ...environment });
  await mustBeSetUp(config);
  const token = generateBootstrapToken();
  const parsed = parseToken(token);
  if (!parsed) throw new Error('a token of our own does not parse');
  const file = resolve(path);
  return withOfflineKms(
    config,
    async (kms) => {
      await writePrivately(file, `${token}\n`);
      const arrival = kms.arriveAsSystem('system:service', uuidv7());
      const { output } = await kms.change(recoverAdministrator, parsed, arrival);
      return { ...output, path: file };
    },
    share,
  );
}
