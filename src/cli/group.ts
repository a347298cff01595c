import type { Command } from 'commander';

/** A group of commands, such as `keystead key …`: the one that is there already, or a new one. */
export function group(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}
