import type { Command } from 'commander';
import type { Login } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import type { Prompt } from '../prompt.js';
import type { OpenSession, Session } from '../session.js';
import { SessionFile } from '../session-file.js';
import { fields } from '../table.js';
import { UsageError } from '../usage-error.js';
import { chooseSecret, withPrompt } from '../with-prompt.js';

interface NameOption {
  readonly name?: string;
}

const NAME = ['--name <name>', 'the name of the caller (default: asked for)'] as const;

export function addPeopleCommands(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('login')
      .option(...NAME)
      .description('Log in with password and code, and keep the session in a file of mode 0600.')
      .action(async (options: NameOption, command: Command) => {
        const session = open(command);
        await withPrompt(session, async (prompt) => {
          const login = await askLogin(prompt, options);
          const { token, expiresAt, recoveryCodesLeft, caller } = await session.anonymousClient.people.login(login);
          const file = new SessionFile(session.terminal);
          file.put(session.url, { name: login.name, token, expiresAt });
          session.show({ name: login.name, caller, expiresAt, recoveryCodesLeft, keptIn: file.path });
        });
      }),
    'keystead login --name alice',
  );
  withExamples(
    program
      .command('logout')
      .description('End the session at once, on every node, and forget it here.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        const file = new SessionFile(session.terminal);
        const kept = file.find(session.url);
        if (kept === undefined) throw new UsageError(`Nobody is logged in to ${session.url}.`);
        file.remove(session.url);
        await session.clientWith(kept.token).people.logout();
        session.show({ name: kept.name, state: 'logged out' });
      }),
    'keystead logout',
  );
  withExamples(
    program
      .command('enrol')
      .description('With an invitation: choose a password, set up the second factor, and get recovery codes.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        await withPrompt(session, (prompt) => enrol(session, prompt));
      }),
    'keystead enrol',
  );
  const password = group(program, 'password', 'The own password');
  withExamples(
    password
      .command('change')
      .option(...NAME)
      .description('Change the own password. All own sessions end.')
      .action(async (options: NameOption, command: Command) => {
        const session = open(command);
        await withPrompt(session, async (prompt) => {
          const login = await askLogin(prompt, options);
          const chosen = await chooseSecret(prompt, 'New password');
          session.show(await session.anonymousClient.people.changePassword(login, chosen));
        });
      }),
    'keystead password change --name alice',
  );
  withExamples(
    program
      .command('recovery-codes')
      .option(...NAME)
      .description('Get new recovery codes in the place of those that are left.')
      .action(async (options: NameOption, command: Command) => {
        const session = open(command);
        await withPrompt(session, async (prompt) => {
          showCodes(session, await session.anonymousClient.people.createRecoveryCodes(await askLogin(prompt, options)));
        });
      }),
    'keystead recovery-codes --name alice',
  );
}

export function addInvitationCommands(program: Command, open: OpenSession): void {
  const invitation = group(program, 'invitation', 'Invitations of people to choose a password');
  withExamples(
    invitation
      .command('create')
      .argument('<caller>', 'id or name of a person')
      .option('--expires-in <time>', 'such as 3d or 12h', '3d')
      .description('Invite a person. To one who has a password this is a reset. Shown once, on standard output.')
      .action(async (caller: string, options: { readonly expiresIn: string }, command: Command) => {
        const session = open(command);
        const { token, ...about } = await session.client.people.invite(caller, options);
        session.note(fields(about));
        session.show({ ...about, token }, () => `${token}\n`);
      }),
    'keystead invitation create alice',
  );
}

async function askLogin(prompt: Prompt, { name }: NameOption): Promise<Login> {
  return {
    name: name ?? (await prompt.ask('Name')),
    password: await prompt.askSecret('Password'),
    code: await prompt.ask('Code (or a recovery code)'),
  };
}

async function enrol(session: Session, prompt: Prompt): Promise<void> {
  const { people } = session.clientWith(await prompt.askSecret('Invitation'));
  const { totpSecret, totpUri } = await people.enrol(await chooseSecret(prompt, 'Password'));
  session.terminal.stderr.write(`Enter this into an authenticator application:\n  ${totpSecret}\n  ${totpUri}\n`);
  showCodes(session, await people.confirm(await prompt.ask('Code that it shows')));
}

function showCodes(session: Session, { recoveryCodes }: { readonly recoveryCodes: readonly string[] }): void {
  session.note('Recovery codes, each good once in the place of a code. They are not shown again:\n');
  session.show({ recoveryCodes }, () => `${recoveryCodes.join('\n')}\n`);
}
