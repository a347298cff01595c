import type { Command } from 'commander';
import type { CertificateMatch, CreateCredentialInput, Credential, JwtMatch } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface CreateOptions {
  readonly spiffe?: string;
  readonly dns?: string;
  readonly pin?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly claim?: readonly string[];
  readonly expiresIn?: string;
  readonly description?: string;
}

export function addCredentialCommands(program: Command, open: OpenSession): void {
  const credential = group(program, 'credential', 'Certificates and JWTs by which callers come in');
  withExamples(
    credential
      .command('create')
      .argument('<caller>', 'id or name')
      .option('--spiffe <id>', 'client certificates with this URI')
      .option('--dns <name>', 'client certificates with this DNS name')
      .option('--pin <sha256>', 'client certificates with this public key: SHA-256 of it in base64')
      .option('--issuer <url>', 'JWTs of this issuer …')
      .option('--subject <subject>', '… for this subject')
      .option('--claim <name=value...>', '… with this claim too')
      .option('--expires-in <time>', 'such as 90d or 12h')
      .option('--description <text>')
      .description('Let a caller in by client certificates or JWTs. Nothing secret is made.')
      .action(async (caller: string, options: CreateOptions, command: Command) => {
        const session = open(command);
        session.show(await session.client.credentials.create(caller, inputOf(options)));
      }),
    'keystead credential create shop --spiffe spiffe://prod.example/shop',
    'keystead credential create ci --issuer https://ci.example --subject repo:shop --claim ref=main',
  );
  withExamples(
    withListOptions(credential.command('list').argument('<caller>', 'id or name'))
      .description('List the credentials of a caller, tokens too.')
      .action(async (caller: string, options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.credentials.all(caller), options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['KIND', (item) => item.kind],
          ['FOR', matchText],
          ['STATE', (item) => item.state],
          ['EXPIRES', (item) => item.expiresAt],
          ['LAST USED', (item) => item.lastUsedAt],
        ]);
      }),
    'keystead credential list shop',
  );
  withExamples(
    credential
      .command('revoke')
      .argument('<caller>', 'id or name')
      .argument('<credential-id>')
      .description('Revoke a credential of any kind at once, on every node.')
      .action(async (caller: string, id: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.credentials.revoke(caller, id);
        session.show({ id, state: 'revoked' });
      }),
    'keystead credential revoke shop 0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60',
  );
}

/** @throws UsageError unless the options name one kind of proof */
function inputOf(options: CreateOptions): CreateCredentialInput {
  const { spiffe, dns, pin, issuer, subject, claim = [], expiresIn, description } = options;
  const more = {
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(description === undefined ? {} : { description }),
  };
  const certificates: CertificateMatch[] = [
    ...(spiffe === undefined ? [] : [{ spiffe }]),
    ...(dns === undefined ? [] : [{ dns }]),
    ...(pin === undefined ? [] : [{ pin }]),
  ];
  const [match] = certificates;
  const ofJwt = issuer !== undefined || subject !== undefined || claim.length > 0;
  if (match && certificates.length === 1 && !ofJwt) return { kind: 'certificate', match, ...more };
  if (!match && issuer !== undefined && subject !== undefined) {
    return { kind: 'jwt', match: { issuer, subject, ...claimsOf(claim) }, ...more };
  }
  throw new UsageError('Give one of --spiffe, --dns and --pin, or both --issuer and --subject.');
}

function claimsOf(pairs: readonly string[]): Pick<JwtMatch, 'claims'> {
  if (pairs.length === 0) return {};
  const claims = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError('--claim takes name=value.');
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return { claims: Object.fromEntries(claims) };
}

function matchText({ match }: Credential): string {
  if (!match) return '';
  if ('issuer' in match) return `${match.subject} of ${match.issuer}`;
  return 'spiffe' in match ? match.spiffe : 'dns' in match ? match.dns : match.pin;
}
