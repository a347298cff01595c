import { describeMachine } from '../../../bench/machine.js';
import { FaultInjection } from './fault-injection.js';
import { readOptions, USAGE, type Options } from './options.js';
import { report } from './report.js';

/** `npm run faults`: see USAGE. */
const EX_USAGE = 64;
const INTERRUPTED = 130;

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = EX_USAGE;
}
if (options?.help) console.log(USAGE);
else if (options) {
  const machine = describeMachine();
  const injection = new FaultInjection(options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void injection.stop().finally(() => process.exit(INTERRUPTED)));
  }
  const result = await injection.run();
  console.log(options.json ? JSON.stringify(result, undefined, 2) : report(result, machine, new Date()));
  if (result.lost > 0 || result.wrong > 0) process.exitCode = 1;
}
