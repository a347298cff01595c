import { Option, type Command } from 'commander';
import type { KeyVersion, RevocationReason } from '../../client/client.js';
import { mustBeConfirmed } from '../confirmation.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { pageSize, take, withListOptions, type ListOptions } from '../listing.js';
import { REVOCATION_REASONS } from '../revocation-reasons.js';
import { whole } from '../option-values.js';
import type { OpenSession, Session } from '../session.js';

interface DestroyOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
}

type Action = (session: Session, key: string, version: number) => Promise<KeyVersion>;

export function addVersionCommands(program: Command, open: OpenSession): void {
  const version = group(program, 'version', 'Versions of a key: retire, disable, revoke, destroy');
  const add = (name: string, description: string, action: Action): void => {
    withExamples(
      target(version, name, description).action(async (key: string, n: number, _options: object, command: Command) => {
        const session = open(command);
        session.show(await action(session, key, n));
      }),
      `keystead version ${name} orders 1`,
    );
  };
  add('retire', 'Let a version refuse everything, until it is restored.', (session, key, n) =>
    session.client.versions.retire(key, n),
  );
  add('restore', 'Let a retired version decrypt and verify again.', (session, key, n) =>
    session.client.versions.restore(key, n),
  );
  add('disable', 'Stop all use of a version.', (session, key, n) => session.client.versions.disable(key, n));
  add('enable', 'Let a disabled version decrypt and verify again.', (session, key, n) =>
    session.client.versions.enable(key, n),
  );
  withExamples(
    target(version, 'usage', 'Show how a version was used, and when and by whom last.').action(
      async (key: string, n: number, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.versions.usage(key, n));
      },
    ),
    'keystead version usage orders 1',
  );
  withExamples(
    withListOptions(
      target(version, 'exposed', 'List the data keys that were wrapped under a version, from the audit.'),
    ).action(async (key: string, n: number, options: ListOptions, command: Command) => {
      const session = open(command);
      const exposed = session.client.versions.allExposedDataKeys(key, n, pageSize(options));
      const [items, more] = await take(exposed, options);
      session.showList(items, more, [
        ['AT', (item) => item.at],
        ['CALLER', (item) => item.callerName ?? item.caller],
        ['OPERATION', (item) => item.operation],
        ['DATA KEYS', (item) => item.dataKeys],
        ['CONTEXT', (item) => item.context?.join(' ')],
        ['REQUEST', (item) => item.requestId],
      ]);
    }),
    'keystead version exposed orders 1 --all --json',
  );
  withExamples(
    target(version, 'revoke', 'Revoke a version for good, with a reason that is written down.')
      .addOption(new Option('--reason <reason>', 'why').choices(REVOCATION_REASONS).makeOptionMandatory())
      .action(async (key: string, n: number, options: { readonly reason: RevocationReason }, command: Command) => {
        const session = open(command);
        session.show(await session.client.versions.revoke(key, n, options.reason));
      }),
    'keystead version revoke orders 1 --reason compromised',
  );
  withExamples(
    target(version, 'destroy', 'Destroy the material of a version for ever.')
      .option('--yes', 'do it: what only this version can decrypt is lost for ever')
      .option('--force', 'also if it was used a short time ago: only in a keyring with dual control')
      .action(async (key: string, n: number, options: DestroyOptions, command: Command) => {
        mustBeConfirmed(options.yes, `what only version ${n} of ${key} can decrypt would be lost for ever`);
        const session = open(command);
        const force = options.force === undefined ? {} : { force: options.force };
        session.show(await session.client.versions.destroy(key, n, force));
      }),
    'keystead version destroy orders 1 --yes',
  );
}

function target(version: Command, name: string, description: string): Command {
  return version
    .command(name)
    .argument('<key>', 'id, name or alias')
    .argument('<version>', 'its number', whole(1))
    .description(description);
}
