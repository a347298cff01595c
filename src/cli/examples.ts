import type { Command } from 'commander';

/** Adds examples to a command's help: lines as they are pasted into a shell. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`);
}
