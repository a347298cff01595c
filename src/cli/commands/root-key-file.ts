import type { Command } from 'commander';
import type { CreatedRootKey, Protection } from '../../admin/create-root-key.js';
import { withExamples } from '../examples.js';
import { whole } from '../option-values.js';
import type { Prompt } from '../prompt.js';
import type { OpenSession, Session } from '../session.js';
import { fields } from '../table.js';
import { UsageError } from '../usage-error.js';
import { chooseSecret, withPrompt } from '../with-prompt.js';

interface ProtectionOptions {
  readonly passphrase?: true;
  readonly shares?: number;
  readonly threshold?: number;
}

/** Ceremonies around a root key where it lies: none of them asks a server. */
export function addRootKeyFileCommands(root: Command, open: OpenSession): void {
  withExamples(
    withProtection(
      root.command('create').argument('<file>', 'where to, or a URI of pkcs11:; what exists already is left alone'),
    )
      .description(
        'Make a root key in a file, for the first start with KEYSTEAD_ROOT_KEY=local:FILE, or in an HSM, whose PIN is asked for. Works without a server. Shares are shown once, on standard output.',
      )
      .action(async (file: string, options: ProtectionOptions, command: Command) => {
        const session = open(command);
        mustFit(options);
        if (file.startsWith('pkcs11:') && (options.passphrase || options.shares !== undefined)) {
          throw new UsageError('An HSM protects its keys itself: give neither --passphrase nor --shares.');
        }
        // What it needs takes longer to load than most commands.
        const { createRootKey, createRootKeyInToken } = await import('../../admin/create-root-key.js');
        await withPrompt(session, async (prompt) => {
          if (!file.startsWith('pkcs11:')) {
            return showMade(session, await createRootKey(file, await choose(options, prompt)));
          }
          session.show(await createRootKeyInToken(file, await prompt.askSecret('PIN')));
        });
      }),
    'keystead root create /etc/keystead/root.key',
    'keystead root create root.key --shares 5 --threshold 3',
    "keystead root create 'pkcs11:token=keystead;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so'",
  );
  withExamples(
    withProtection(
      root
        .command('rekey')
        .argument('<file>', 'the root key file; its passphrase or enough of its shares are asked for')
        .argument('<new-file>', 'where to; an existing file is left alone'),
    )
      .description(
        'Put the same root key into a new file, under a new passphrase, new shares, or neither. Works without a server. Restart the nodes with the new file, then destroy the old one: its passphrase or shares still open it.',
      )
      .action(async (file: string, newFile: string, options: ProtectionOptions, command: Command) => {
        const session = open(command);
        mustFit(options);
        const { rekeyRoot } = await import('../../admin/rekey-root.js');
        await withPrompt(session, async (prompt) => {
          const keepers = {
            passphrase: () => prompt.askSecret('Passphrase of the old file'),
            share: async (number: number, of: number) => (await prompt.askSecret(`Share ${number} of ${of}`)).trim(),
          };
          showMade(session, await rekeyRoot(file, newFile, await choose(options, prompt), keepers));
        });
      }),
    'keystead root rekey root.key new.key --shares 7 --threshold 4',
    'keystead root rekey root.key new.key --passphrase',
  );
}

function withProtection(command: Command): Command {
  return command
    .option('--passphrase', 'seal it by a passphrase, which is asked for: KEYSTEAD_ROOT_KEY=passphrase:FILE')
    .option('--shares <n>', 'seal it by a key in so many shares: KEYSTEAD_ROOT_KEY=shamir:FILE', whole(2, 255))
    .option('--threshold <k>', 'how many of the shares open it', whole(2, 255));
}

/** @throws UsageError */
function mustFit({ passphrase, shares, threshold }: ProtectionOptions): void {
  if ((shares === undefined) === (threshold === undefined) && !(passphrase && shares !== undefined)) return;
  throw new UsageError('Give --shares and --threshold together, or --passphrase, or none of them.');
}

async function choose({ passphrase, shares, threshold }: ProtectionOptions, prompt: Prompt): Promise<Protection> {
  if (shares !== undefined && threshold !== undefined) return { kind: 'shares', shares, threshold };
  if (!passphrase) return { kind: 'none' };
  return { kind: 'passphrase', passphrase: await chooseSecret(prompt, 'New passphrase') };
}

/** Shares alone on standard output, a line each, so that they can be taken from there. */
function showMade(session: Session, made: CreatedRootKey): void {
  const { shares, ...about } = made;
  if (shares) session.note(fields(about));
  session.show(made, () => (shares ? shares.map((text) => `${text}\n`).join('') : fields(about)));
}
