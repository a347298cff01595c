import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Of one measurement. */
  readonly seconds: number;
  /** How often every target is measured, in turn; the median is published. */
  readonly rounds: number;
  readonly connections: number;
  /** Rotated at once. */
  readonly keys: number;
  /** Only the part on policies and revocation. */
  readonly onlyRotation: boolean;
  /** Only the part on the audit log. */
  readonly onlyAudit: boolean;
  /** Only the part on the AWS KMS door. */
  readonly onlyDoors: boolean;
  /** In the log of which proofs are made. */
  readonly records: number;
  /** Of them, in the search index. */
  readonly searchable: number;
  /** Results are written to `bench/results/<name>.md`; undefined: only printed. */
  readonly name: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --seconds <n>      of one measurement (default 2)
  --rounds <n>       each target is measured so often, in turn (default 3)
  --connections <n>  kept alive, one request at a time on each (default 64)
  --keys <n>         due at once, in the part on rotation (default 10000)
  --only-rotation    only that part
  --records <n>      in the log, in the part on the audit log (default 1000000)
  --searchable <n>   of them can be searched (default 250000)
  --only-audit       only that part
  --only-doors       only the part on the AWS KMS door
  --name <text>      also write bench/results/<text>.md
KEYSTEAD_BENCH_DATABASE_URL: an external PostgreSQL, by a role that may create databases.`;

/** @throws Error for an option that is not one of these */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      keys: { type: 'string', default: '10000' },
      'only-rotation': { type: 'boolean', default: false },
      records: { type: 'string', default: '1000000' },
      searchable: { type: 'string', default: '250000' },
      'only-audit': { type: 'boolean', default: false },
      'only-doors': { type: 'boolean', default: false },
      name: { type: 'string' },
    },
  });
  return {
    seconds: positive('seconds', values.seconds),
    rounds: positive('rounds', values.rounds),
    connections: Math.round(positive('connections', values.connections)),
    keys: Math.round(positive('keys', values.keys)),
    onlyRotation: values['only-rotation'],
    onlyAudit: values['only-audit'],
    onlyDoors: values['only-doors'],
    records: Math.round(positive('records', values.records, 1e9)),
    searchable: Math.round(positive('searchable', values.searchable, 1e9)),
    name: values.name,
  };
}

function positive(option: string, text: string, most = 10_000): number {
  const number = Number(text);
  if (number > 0 && number <= most) return number;
  throw new Error(`--${option}: a number over 0, not ${text}`);
}
