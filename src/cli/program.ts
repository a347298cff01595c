import { Command } from 'commander';
import { addAccessKeyCommands } from './commands/access-key.js';
import { addAccessCommands } from './commands/access.js';
import { addAgreementCommands } from './commands/agreement.js';
import { addAliasCommands } from './commands/alias.js';
import { addApprovalCommands } from './commands/approval.js';
import { addAuditCommands } from './commands/audit.js';
import { addBackupCommands } from './commands/backup.js';
import { addBindingCommands } from './commands/binding.js';
import { addBootstrapCommands } from './commands/bootstrap.js';
import { addCallerCommands } from './commands/caller.js';
import { addCampaignCommands } from './commands/campaign.js';
import { addCertificateCommands } from './commands/certificate.js';
import { addCredentialCommands } from './commands/credential.js';
import { addDataKeyCommands } from './commands/data-key.js';
import { addDatabaseCommands } from './commands/database.js';
import { addDecryptCommand } from './commands/decrypt.js';
import { addEncryptCommand } from './commands/encrypt.js';
import { addKeyCommands } from './commands/key.js';
import { addKeyMaterialCommands } from './commands/key-material.js';
import { addKeyringCommands } from './commands/keyring.js';
import { addMacCommands } from './commands/mac.js';
import { addGroupCommands } from './commands/group.js';
import { addInvitationCommands, addPeopleCommands } from './commands/people.js';
import { addPkiCommands } from './commands/pki.js';
import { addPolicyCommands } from './commands/policy.js';
import { addRandomCommand } from './commands/random.js';
import { addReEncryptCommand } from './commands/re-encrypt.js';
import { addRestoreCommand } from './commands/restore.js';
import { addRewrapFileCommand } from './commands/rewrap-file.js';
import { addRecoverAdminCommand } from './commands/recover-admin.js';
import { addRoleCommands } from './commands/role.js';
import { addRootCommands } from './commands/root.js';
import { addSettingsCommands } from './commands/settings.js';
import { addSignatureCommands } from './commands/signature.js';
import { addStatusCommands } from './commands/status.js';
import { addTokenCommands } from './commands/token.js';
import { addVersionCommands } from './commands/version.js';
import { addWebhookCommands } from './commands/webhook.js';
import { withExamples } from './examples.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { packageVersion } from './package-version.js';
import type { OpenSession } from './session.js';
import type { Terminal } from './terminal.js';

/** The whole command line. A command is one function of `commands/` and one line here. */
export function buildProgram(terminal: Terminal, open: OpenSession): Command {
  const program = new Command('keystead')
    .description('Keys, encryption and audit records of a Keystead server. It reads KEYSTEAD_URL and KEYSTEAD_TOKEN.')
    .version(packageVersion(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .option('--url <url>', 'the server (default: KEYSTEAD_URL, or http://127.0.0.1:7300)')
    .option('--token-file <file>', 'a file that holds the token (default: KEYSTEAD_TOKEN)')
    .option('--ca-cert <file>', 'PEM authorities of the server (default: KEYSTEAD_CA_CERT, or the system’s)')
    .option('--server-pin <sha256>', 'SHA-256 of the server’s public key, in base64 (default: KEYSTEAD_SERVER_PIN)')
    .option('--client-cert <file>', 'PEM client certificate, in place of a token (default: KEYSTEAD_CLIENT_CERT)')
    .option('--client-key <file>', 'its PEM private key (default: KEYSTEAD_CLIENT_KEY)')
    .option('--keyring <keyring>', 'id or name of the keyring', 'default')
    .option('--approval <id>', 'carry out what was approved: the same command, with the id of its request')
    .option('--json', 'answer in JSON, for programs')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHelpWidth: () => Math.min(100, terminal.stdout.columns ?? 100),
      getErrHelpWidth: () => Math.min(100, terminal.stderr.columns ?? 100),
      outputError: (text, write) => write(text.replace(/^error: /, 'keystead: ')),
    })
    .showHelpAfterError('(keystead … --help shows how)')
    .exitOverride();
  const add = [
    addStatusCommands,
    addKeyringCommands,
    addKeyCommands,
    addKeyMaterialCommands,
    addVersionCommands,
    addPolicyCommands,
    addCampaignCommands,
    addAliasCommands,
    addEncryptCommand,
    addDecryptCommand,
    addRewrapFileCommand,
    addReEncryptCommand,
    addDataKeyCommands,
    addSignatureCommands,
    addMacCommands,
    addAgreementCommands,
    addRandomCommand,
    addWebhookCommands,
    addAuditCommands,
    addPeopleCommands,
    addCallerCommands,
    addInvitationCommands,
    addTokenCommands,
    addCredentialCommands,
    addAccessKeyCommands,
    addGroupCommands,
    addBindingCommands,
    addAccessCommands,
    addRoleCommands,
    addRootCommands,
    addRecoverAdminCommand,
    addSettingsCommands,
    addApprovalCommands,
    addBootstrapCommands,
    addPkiCommands,
    addCertificateCommands,
    addDatabaseCommands,
    addBackupCommands,
    addRestoreCommand,
  ];
  for (const addCommands of add) addCommands(program, open);
  program.addHelpText('after', EXIT_CODES_HELP);
  return withExamples(
    program,
    'keystead key create orders',
    'keystead encrypt big.iso -o big.iso.ks --key orders',
    'keystead decrypt big.iso.ks -o big.iso',
    'keystead key rotate orders',
    'keystead audit list --key orders --since 1d',
  );
}
