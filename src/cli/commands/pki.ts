import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { writeOutputFile } from '../output-file.js';
import type { OpenSession, Session } from '../session.js';

interface InitOptions {
  readonly maxLifetime?: string;
  readonly crlUrl?: string;
}

interface OutputOptions {
  readonly output?: string;
}

export function addPkiCommands(program: Command, open: OpenSession): void {
  const pki = group(program, 'pki', 'The service’s own certificate authority');
  withExamples(
    pki
      .command('init')
      .argument('<trust-domain>', 'such as prod.example')
      .option('--max-lifetime <time>', 'how long a certificate may live, such as 24h (default: 7d)')
      .option('--crl-url <url>', 'where the world fetches the revocation list: put into every certificate')
      .description('Make the certificate authority, once. Its key never leaves the service.')
      .action(async (trustDomain: string, options: InitOptions, command: Command) => {
        const session = open(command);
        const { certificate, crl, ...about } = await session.client.pki.init({ trustDomain, ...options });
        session.show({ ...about, ...(session.json ? { certificate, crl } : {}) });
      }),
    'keystead pki init prod.example --crl-url http://kms.prod.example:7300/pki/ca.crl',
  );
  addExport(
    pki,
    open,
    'ca',
    'certificate',
    'The authority’s certificate in PEM: for KEYSTEAD_TLS_CLIENT_CA and --ca-cert.',
  );
  addExport(pki, open, 'crl', 'crl', 'The revocation list in PEM: for KEYSTEAD_TLS_CRL.');
}

function addExport(
  pki: Command,
  open: OpenSession,
  name: 'ca' | 'crl',
  part: 'certificate' | 'crl',
  description: string,
): void {
  withExamples(
    pki
      .command(name)
      .option('-o, --output <file>', 'write to this file, in place of the one that is there')
      .description(description)
      .action(async ({ output }: OutputOptions, command: Command) => {
        const session = open(command);
        const authority = await session.client.pki.get();
        if (output !== undefined) return writePem(session, output, authority[part]);
        session.show({ [part]: authority[part] }, () => authority[part]);
      }),
    `keystead pki ${name} -o ${name}.pem`,
  );
}

/** Whole or not at all: a server may read it at any time. */
async function writePem(session: Session, path: string, pem: string): Promise<void> {
  const content = (async function* () {
    yield Buffer.from(pem);
  })();
  await writeOutputFile({ path, force: true, mode: 0o644 }, content, session.terminal.signal);
  session.show({ file: path });
}
