import type { BenchOptions } from './options.js';
import type { BenchResult, Row } from './run-bench.js';
import { table, type Cells } from './table.js';
import { ITEMS_OF } from './workloads.js';

const BARE = 'bare node:http';

/** The published page: Markdown, also readable on a terminal. */
export function report(
  requests: BenchResult | undefined,
  sections: readonly string[],
  machine: readonly string[],
  options: BenchOptions,
  at: Date,
): string {
  return [
    `# Benchmark of ${at.toISOString().slice(0, 10)}`,
    list([...machine, ...(requests?.databases ?? [])]),
    ...(requests ? requestSections(requests, options) : []),
    ...sections,
    '',
  ].join('\n\n');
}

function requestSections(
  { rows, more, warmKey, accessUs }: BenchResult,
  { connections, seconds, rounds }: BenchOptions,
): readonly string[] {
  return [
    `${connections} connections that are kept alive, one request at a time on each; 256 bytes of plaintext and a context of
two pairs; the median of ${rounds} rounds of ${seconds} s, the targets in turn. Every request of Keystead is authenticated,
authorised, and answered when its audit record is durable. The bare server is \`node:http\` that parses the same JSON,
encrypts with AES-256-GCM, and does nothing else.`,
    `**Read with care:** load generator, server and PostgreSQL share the cores above, and compete for them; CPU µs per
request say more than requests per second, and ratios within this page more than numbers of two pages.`,
    '## Audited requests',
    table(
      [
        '',
        'target',
        'requests/s',
        'of bare',
        'p50 ms',
        'p99 ms',
        'server µs',
        '× bare',
        'PostgreSQL µs',
        'generator µs',
        'generator, of a core',
      ],
      rows.map((row) => cellsOf(row, rows)),
    ),
    '## Batches and signatures, embedded',
    table(
      ['', 'requests/s', 'items/s', 'p50 ms', 'p99 ms', 'server µs', 'PostgreSQL µs'],
      more.map(({ kind, measured }) => [
        kind,
        whole(measured.requestsPerSecond),
        whole(measured.requestsPerSecond * (ITEMS_OF[kind] ?? 1)),
        milliseconds(measured.p50Us),
        milliseconds(measured.p99Us),
        ...cpuCells(measured.cpuUs),
      ]),
    ),
    '## A key in memory, and one that is not',
    'Encryptions one after the other on one connection, by the client library. A key that is not in memory is read, verified and unwrapped first.',
    table(
      ['', 'p50 ms', 'server µs'],
      Object.entries(warmKey).map(([name, cost]) => [name, milliseconds(cost.latencyUs), cost.serverUs.toFixed(0)]),
    ),
    '## Who asks, and whether he may',
    `Authentication by a token, the gate and the decision, on the warm data path: ${accessUs.toFixed(1)} µs of CPU per request. Measured in a tight loop in one process, the median of the rounds.`,
  ];
}

function cellsOf({ target, kind, measured }: Row, rows: readonly Row[]): Cells {
  const bare = rows.find((row) => row.target === BARE && row.kind === kind)?.measured ?? measured;
  const [server = '', postgres = ''] = cpuCells(measured.cpuUs);
  return [
    kind,
    target,
    whole(measured.requestsPerSecond),
    `${((100 * measured.requestsPerSecond) / bare.requestsPerSecond).toFixed(0)} %`,
    milliseconds(measured.p50Us),
    milliseconds(measured.p99Us),
    server,
    ((measured.cpuUs['server'] ?? 0) / (bare.cpuUs['server'] ?? 1)).toFixed(1),
    postgres,
    measured.generatorUs.toFixed(1),
    `${(100 * measured.generatorShare).toFixed(0)} %`,
  ];
}

function cpuCells({ server, PostgreSQL }: Readonly<Record<string, number>>): Cells {
  return [server?.toFixed(1) ?? '', PostgreSQL?.toFixed(1) ?? '–'];
}

function whole(number: number): string {
  return Math.round(number).toString();
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(2);
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
