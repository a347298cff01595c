import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { makeCertificateRequest, type Certificate } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import type { OpenSession, Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface RequestOptions {
  readonly csr?: string;
  readonly newKey?: string;
  readonly caller?: string;
  readonly dns?: readonly string[];
  readonly expiresIn?: string;
}

interface RenewOptions {
  readonly newKey: string;
  readonly output: string;
}

const ID = '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60';

export function addCertificateCommands(program: Command, open: OpenSession): void {
  const certificate = group(program, 'certificate', 'Certificates of the service’s own authority');
  addRequest(certificate, open);
  addReads(certificate, open);
  addDecisions(certificate, open);
  addRenew(certificate, open);
}

function addRequest(certificate: Command, open: OpenSession): void {
  withExamples(
    certificate
      .command('request')
      .option('--csr <file>', 'a PKCS#10 request in PEM; only its key counts')
      .option('--new-key <file>', 'or make a key here, into this new file')
      .option('--caller <caller>', 'for another caller: id or name')
      .option('--dns <name...>', 'names of a node’s server certificate')
      .option('--expires-in <time>', 'life of each certificate, such as 12h (default: 24h)')
      .description('Ask for a certificate. A second person decides.')
      .action(async ({ csr: file, newKey, caller, dns, expiresIn }: RequestOptions, command: Command) => {
        const session = open(command);
        if ((file === undefined) === (newKey === undefined)) throw new UsageError('Give one of --csr and --new-key.');
        const csr = file === undefined ? await makeKey(session, newKey ?? '') : await readFile(file, 'utf8');
        const asked = await session.client.certificates.request({
          csr,
          ...(caller === undefined ? {} : { caller }),
          ...(dns === undefined ? {} : { dnsNames: dns }),
          ...(expiresIn === undefined ? {} : { expiresIn }),
        });
        showOne(session, asked);
      }),
    'keystead certificate request --new-key billing.key',
    'keystead certificate request --csr kms-1.csr --caller kms-1 --dns kms.prod.example',
  );
}

function addReads(certificate: Command, open: OpenSession): void {
  withExamples(
    withListOptions(certificate.command('list'))
      .addOption(
        new Option('--state <state>', 'only these').choices(['pending', 'issued', 'rejected', 'expired', 'revoked']),
      )
      .description('List certificates and requests.')
      .action(async ({ state, ...options }: ListOptions & { readonly state?: string }, command: Command) => {
        const session = open(command);
        const query = state === undefined ? {} : { state };
        const [items, more] = await take(session.client.certificates.all(query), options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['CALLER', (item) => item.caller],
          ['STATE', (item) => item.state],
          ['DNS', (item) => item.dnsNames.join(' ')],
          ['PIN', (item) => item.pin],
          ['EXPIRES', (item) => item.expiresAt],
        ]);
      }),
    'keystead certificate list --state pending',
  );
  withExamples(
    certificate
      .command('show')
      .argument('<id>')
      .option('--pem', 'only the certificate, in PEM')
      .description('Show a certificate or its request: one’s own, or any for those who may list them.')
      .action(async (id: string, { pem }: { readonly pem?: boolean }, command: Command) => {
        const session = open(command);
        const shown = await session.client.certificates.get(id);
        if (pem !== true) return showOne(session, shown);
        if (shown.certificate === null) throw new UsageError(`There is no certificate yet: it is ${shown.state}.`);
        session.print(shown.certificate);
      }),
    `keystead certificate show ${ID} --pem > billing.crt`,
  );
}

function addDecisions(certificate: Command, open: OpenSession): void {
  const decisions = [
    ['approve', 'Approve a request, as a person who neither asked nor is let in by it. Compare the pin first.'],
    ['reject', 'Reject a request.'],
  ] as const;
  for (const [name, description] of decisions) {
    withExamples(
      certificate
        .command(name)
        .argument('<id>')
        .description(description)
        .action(async (id: string, _options: object, command: Command) => {
          const session = open(command);
          showOne(session, await session.client.certificates[name](id));
        }),
      `keystead certificate ${name} ${ID}`,
    );
  }
  withExamples(
    certificate
      .command('revoke')
      .argument('<id>')
      .option('--reason <reason>', 'such as compromised, superseded or ceased', 'unspecified')
      .description('Revoke a certificate with all that it was renewed into, at once.')
      .action(async (id: string, { reason }: { readonly reason: string }, command: Command) => {
        const session = open(command);
        showOne(session, await session.client.certificates.revoke(id, reason));
      }),
    `keystead certificate revoke ${ID} --reason compromised`,
  );
}

function addRenew(certificate: Command, open: OpenSession): void {
  withExamples(
    certificate
      .command('renew')
      .requiredOption('--new-key <file>', 'a new file for the new key')
      .requiredOption('-o, --output <file>', 'a new file for the certificate')
      .description('Renew the certificate that --client-cert gives, with a new key.')
      .action(async ({ newKey, output }: RenewOptions, command: Command) => {
        const session = open(command);
        mustBeFree({ path: output, force: false });
        const renewed = await session.client.certificates.renew(await makeKey(session, newKey));
        await writeNew(session, output, 0o644, renewed.certificate ?? '');
        showOne(session, renewed);
      }),
    'keystead certificate renew --client-cert a.crt --client-key a.key --new-key b.key -o b.crt',
  );
}

/** @returns the request in PEM; its key is in the file */
async function makeKey(session: Session, path: string): Promise<string> {
  const { csr, key } = makeCertificateRequest();
  await writeNew(session, path, 0o600, key);
  return csr;
}

async function writeNew(session: Session, path: string, mode: number, text: string): Promise<void> {
  const content = (async function* () {
    yield Buffer.from(text);
  })();
  await writeOutputFile({ path, force: false, mode }, content, session.terminal.signal);
}

/** The PEM in text is for `show --pem`. */
function showOne(session: Session, { certificate, ...about }: Certificate): void {
  session.show(session.json ? { ...about, certificate } : about);
}
