import type { Command } from 'commander';
import { dualControlIn, withDualControlOptions, type DualControlOptions } from '../dual-control-options.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';

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
      .description('Set dual control for what is in no keyring: roles, bindings everywhere, the root.')
      .action(async (options: DualControlOptions, command: Command) => {
        const dualControl = dualControlIn(options);
        if (dualControl === undefined) throw new UsageError('Give --approvers N or --no-dual-control.');
        const session = open(command);
        session.show(await session.client.settings.update({ dualControl }));
      }),
    'keystead settings update --approvers 2 --operations role.create',
    'keystead settings update --no-dual-control',
  );
}
