import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface Options {
  readonly short: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly rounds: number;
  /** Of what is chosen by chance. */
  readonly seed: number;
  /** The commit that is upgraded from. */
  readonly previous: string;
  /** A part of the names of the faults that are injected. */
  readonly only: string | undefined;
}

const MOST = 2 ** 32 - 1;

export const USAGE = `npm run faults -- [options]
Three nodes behind a balancer, on one PostgreSQL behind a relay each, all real processes, with clients at work: faults are
injected, and everything that was acknowledged is looked for. Exit code 1 when something is lost or wrong, 64 for a wrong
option. Needs Linux, and nothing but this checkout. About five minutes.
  --short            a part of it: one round, without clocks and the rolling upgrade; less than a minute
  --rounds <n>       each fault so often, in another order every time (default 3)
  --seed <n>         the same order and the same nodes as in a run that printed it
  --previous <ref>   the commit that the rolling upgrade begins with (default HEAD^)
  --only <text>      only the faults whose name has it: --only frozen, --only upgrade
  --json             print the result as JSON; the progress goes to the standard error in any case
  --help             this`;

/** @throws Error for an option that is not one of these */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      previous: { type: 'string', default: 'HEAD^' },
      only: { type: 'string' },
    },
  });
  const { short, rounds, seed } = values;
  return {
    ...values,
    only: values.only,
    rounds: rounds === undefined ? (short ? 1 : 3) : whole('rounds', rounds, 1, 1000),
    seed: seed === undefined ? randomInt(MOST) : whole('seed', seed, 0, MOST),
  };
}

function whole(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`--${option}: a whole number from ${least} to ${most}, not ${text}`);
}
