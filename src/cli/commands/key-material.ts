import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Option, type Command } from 'commander';
import { unwrapMaterial, wrapMaterial, type ImportAlgorithm } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { readMaterial, type MaterialEncoding } from '../material-file.js';
import { whole } from '../option-values.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import type { OpenSession, Session } from '../session.js';
import { UsageError } from '../usage-error.js';

const ALGORITHMS = ['rsa-aes-key-wrap-sha-256', 'rsaes-oaep-sha-256'];

interface ImportOptions {
  readonly material: string;
  readonly encoding: MaterialEncoding;
  readonly algorithm: ImportAlgorithm;
}

interface ExportOptions {
  readonly output: string;
  readonly publicKey?: string;
  readonly algorithm: ImportAlgorithm;
  readonly keyVersion?: number;
  readonly force?: boolean;
}

interface PublicKeyOptions {
  readonly format: 'pem' | 'der' | 'jwk';
  readonly keyVersion?: number;
}

export function addKeyMaterialCommands(program: Command, open: OpenSession): void {
  const key = group(program, 'key', 'Keys');
  addImport(key, open);
  addExport(key, open);
  addPublicKey(key, open);
}

function addImport(key: Command, open: OpenSession): void {
  withExamples(
    key
      .command('import')
      .argument('<key>', 'made with key create --import')
      .requiredOption('--material <file>', 'the key itself: raw bytes, or PKCS#8 (DER or PEM) of a private key')
      .addOption(new Option('--encoding <encoding>', 'of the file').choices(['raw', 'base64', 'hex']).default('raw'))
      .addOption(new Option('--algorithm <algorithm>', 'how it travels').choices(ALGORITHMS).default(ALGORITHMS[0]))
      .description('Bring your own key: its material is wrapped here and opened only in the service.')
      .action(async (name: string, { material: file, encoding, algorithm }: ImportOptions, command: Command) => {
        const session = open(command);
        const material = await readMaterial(file, encoding);
        try {
          const { importToken, publicKey } = await session.client.keys.importParameters(name, algorithm);
          const wrappedMaterial = wrapMaterial(publicKey, algorithm, material);
          session.show(await session.client.keys.importMaterial(name, { importToken, wrappedMaterial }));
        } finally {
          material.fill(0);
        }
      }),
    'keystead key create partner --import',
    'keystead key import partner --material partner.key',
  );
}

function addExport(key: Command, open: OpenSession): void {
  withExamples(
    key
      .command('export')
      .argument('<key>', 'made with key create --exportable')
      .requiredOption('-o, --output <file>', 'where to')
      .option(
        '--public-key <file>',
        'an RSA public key (PEM or DER): the output is wrapped to it, instead of the bare material',
      )
      .addOption(new Option('--algorithm <algorithm>', 'how it is wrapped').choices(ALGORITHMS).default(ALGORITHMS[0]))
      .option('--key-version <n>', 'default: the primary', whole(1))
      .option('--force', 'replace the output file if it exists')
      .description('Take the material of an exportable key out of the service, into a file that only you can read.')
      .action(async (name: string, options: ExportOptions, command: Command) => {
        const session = open(command);
        const { output: path, force, publicKey: file } = options;
        mustBeFree({ path, force: force === true });
        const content =
          file === undefined
            ? await exportBare(session, name, options)
            : await exportTo(await readPublicKey(file), session, name, options);
        try {
          await writeOutputFile({ path, force: force === true, mode: 0o600 }, one(content), session.terminal.signal);
        } finally {
          content.fill(0);
        }
        session.show({
          file: path,
          content: file === undefined ? 'the bare key material: keep it secret' : 'wrapped to the public key',
        });
      }),
    'keystead key export partner -o partner.key',
    'keystead key export partner -o partner.wrapped --public-key receiver.pem',
  );
}

function addPublicKey(key: Command, open: OpenSession): void {
  withExamples(
    key
      .command('public-key')
      .argument('<key>', 'id, name or alias')
      .addOption(
        new Option('--format <format>', 'der is shown in base64').choices(['pem', 'der', 'jwk']).default('pem'),
      )
      .option('--key-version <n>', 'default: the primary', whole(1))
      .description('Show the public half of an asymmetric key.')
      .action(async (name: string, { format, keyVersion }: PublicKeyOptions, command: Command) => {
        const session = open(command);
        const version = keyVersion === undefined ? {} : { version: keyVersion };
        const found = await session.client.keys.publicKey(name, { format, ...version });
        const pem = found.pem ?? '';
        session.show(found, () => {
          if (format === 'jwk') return `${JSON.stringify(found.jwk, null, 2)}\n`;
          return format === 'der' ? `${found.publicKey.toString('base64')}\n` : pem.replace(/\n*$/, '\n');
        });
      }),
    'keystead key public-key signing > signing.pem',
    'keystead key public-key signing --format jwk --key-version 1',
  );
}

/** Wrapped to a key pair that exists only for this call. */
async function exportBare(session: Session, name: string, options: ExportOptions): Promise<Buffer> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 4096 });
  return unwrapMaterial(privateKey, options.algorithm, await exportTo(publicKey, session, name, options));
}

async function exportTo(
  publicKey: KeyObject,
  session: Session,
  name: string,
  { algorithm, keyVersion }: ExportOptions,
): Promise<Buffer> {
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const version = keyVersion === undefined ? {} : { version: keyVersion };
  return (await session.client.keys.exportMaterial(name, { publicKey: spki, algorithm, ...version })).wrappedMaterial;
}

async function readPublicKey(file: string): Promise<KeyObject> {
  const bytes = await readFile(file);
  try {
    return bytes.includes('-----BEGIN')
      ? createPublicKey(bytes)
      : createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  } catch {
    throw new UsageError(`${file} holds no public key: give PEM, or SubjectPublicKeyInfo in DER.`);
  }
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer, void> {
  yield bytes;
}
