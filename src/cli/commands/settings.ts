import type { Command } from 'commander';
import { dualControlIn, withDualControlOptions, type DualControlOptions } from '../dual-control-options.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface SettingsOptions extends DualControlOptions {
  /** false: --no-unused-credentials. */
  readonly unusedCredentials?: string | false;
}

export function addSettingsCommands(program: Command, open: OpenSession): void {
  const settings = group(program, 'settings', 'Settings of the whole service');
  withExamples(
    settings
      .command('show')
      .description('Show the settings.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.settings.get());
      }),
    'keystead settings show',
  );
  withExamples(
    withDualControlOptions(settings.command('update'))
      .option('--unused-credentials <time>', 'revoke credentials unused for so long, such as 90d, and expired ones')
      .option('--no-unused-credentials', 'leave unused and expired credentials alone')
      .description(
        'Set dual control for what is in no keyring (roles, bindings everywhere, the root), and when unused credentials are revoked.',
      )
      .action(async (options: SettingsOptions, command: Command) => {
        const dualControl = dualControlIn(options);
        const { unusedCredentials: unusedAfter } = options;
        if (dualControl === undefined && unusedAfter === undefined) {
          throw new UsageError(
            'Give --approvers N or --no-dual-control, --unused-credentials or --no-unused-credentials.',
          );
        }
        const session = open(command);
        const input = {
          ...(dualControl === undefined ? {} : { dualControl }),
          ...(unusedAfter === undefined ? {} : { credentialPolicy: unusedAfter === false ? null : { unusedAfter } }),
        };
        session.show(await session.client.settings.update(input));
      }),
    'keystead settings update --approvers 2 --operations role.create',
    'keystead settings update --no-dual-control',
    'keystead settings update --unused-credentials 90d',
  );
}
