import { CommanderError } from 'commander';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { explain, explanationLine } from './explain.js';
import { toJson } from './json.js';
import { buildProgram } from './program.js';
import { Session } from './session.js';
import type { Terminal } from './terminal.js';

/**
 * One run of the `keystead` command.
 * @param words the command line behind the program's name
 * @returns the exit code (`EXIT`)
 */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const program = buildProgram(terminal, (command) => new Session(terminal, command));
  try {
    await program.parseAsync(words, { from: 'user' });
    return terminal.signal.aborted ? EXIT.interrupted : EXIT.success;
  } catch (error) {
    // commander has already said what is wrong with the command line
    if (error instanceof CommanderError) return exitCodeOf(error);
    const explanation = explain(error);
    const json = program.opts<{ readonly json?: boolean }>().json === true;
    terminal.stderr.write(json ? toJson({ error: explanation }) : explanationLine(explanation));
    return terminal.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
  }
}
