import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { ChangeOperation, Resolved } from '../operation.js';

export interface CreateBackupInput {
  /** Public keys; `passphrase` for one. */
  readonly recipients: readonly string[];
  /** Whether all of them are in the settings. */
  readonly isConfigured: boolean;
}

/**
 * Puts on record that a backup is being made, and for whom, before anything of it is read. To anybody but the recipients of the
 * settings it is a guarded operation. @returns the id of the backup
 */
export const createBackup: ChangeOperation<CreateBackupInput, Resolved, string> = {
  name: 'backup.create',
  resolve: resolveInstall('backup.create'),

  async run(_deps, _resolved, { recipients, isConfigured }, commit) {
    const backup = uuidv7();
    return commit([INSTALL_SCOPE], async () => ({
      output: backup,
      detail: { backup, recipients },
      ...(isConfigured ? {} : { guarded: { reason: 'backup-recipient', places: [null] } as const }),
    }));
  },
};
