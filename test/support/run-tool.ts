import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a program runs on this machine; says so when it does not. */
export function toolIsHere(command: string, ...args: readonly string[]): boolean {
  const isHere = spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (!isHere) console.log(`skipped: there is no ${[command, ...args].join(' ')} on this machine`);
  return isHere;
}

/** @returns its output. @throws Error with `stderr` unless it ends well */
export async function runTool(
  command: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const env = {
    ...Object.fromEntries(own),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...settings,
  };
  return (await run(command, args, { env })).stdout;
}
