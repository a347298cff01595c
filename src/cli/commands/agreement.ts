import { createPublicKey } from 'node:crypto';
import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { whole } from '../option-values.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';
import { readValue } from '../value-argument.js';

interface Options {
  readonly key: string;
  readonly keyVersion?: number;
}

/** Agreeing on a secret: by Diffie-Hellman, or by encapsulation. The secret goes to standard output in base64. */
export function addAgreementCommands(program: Command, open: OpenSession): void {
  withExamples(
    withKeyOptions(program.command('derive-shared-secret'))
      .requiredOption('-p, --public-key <key>', "the other side's, as @FILE (PEM or DER) or in base64 (DER)")
      .description('Agree on a secret with the holder of another key (ECDH). It is raw: derive keys from it.')
      .action(async (options: Options & { readonly publicKey: string }, command: Command) => {
        const session = open(command);
        const publicKey = derOf(await readValue(options.publicKey, 'public key'));
        const made = await session.client.deriveSharedSecret(options.key, { publicKey, ...versionIn(options) });
        session.show(made, () => `${made.sharedSecret.toString('base64')}\n`);
      }),
    'keystead derive-shared-secret --key exchange --public-key @partner.pem',
  );
  withExamples(
    withKeyOptions(program.command('encapsulate'))
      .description('Make a secret for the holder of a key (ML-KEM): the secret, and the ciphertext to send. In base64.')
      .action(async (options: Options, command: Command) => {
        const session = open(command);
        session.show(await session.client.encapsulate(options.key, versionIn(options)));
      }),
    'keystead encapsulate --key inbox --json',
  );
  withExamples(
    withKeyOptions(program.command('decapsulate'))
      .requiredOption('--ciphertext <ciphertext>', 'in base64, or @FILE')
      .description('Open what was encapsulated. A ciphertext for another key gives another secret, not an error.')
      .action(async (options: Options & { readonly ciphertext: string }, command: Command) => {
        const session = open(command);
        const ciphertext = await readValue(options.ciphertext, 'ciphertext');
        const made = await session.client.decapsulate(options.key, { ciphertext, ...versionIn(options) });
        session.show(made, () => `${made.sharedSecret.toString('base64')}\n`);
      }),
    'keystead decapsulate --key inbox --key-version 1 --ciphertext @secret.kem',
  );
}

function withKeyOptions(command: Command): Command {
  return command
    .requiredOption('-k, --key <key>', 'id, name or alias')
    .option('--key-version <n>', 'default: the primary', whole(1));
}

function versionIn({ keyVersion }: Options): { readonly version?: number } {
  return keyVersion === undefined ? {} : { version: keyVersion };
}

/** SubjectPublicKeyInfo in DER, as it is or out of PEM. */
function derOf(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 10).equals(Buffer.from('-----BEGIN'))) return bytes;
  try {
    return createPublicKey(bytes).export({ type: 'spki', format: 'der' });
  } catch (cause) {
    throw new UsageError('The public key is not one in PEM.', { cause });
  }
}
