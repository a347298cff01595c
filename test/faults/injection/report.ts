import { table } from '../../../bench/table.js';
import { BETWEEN, type Result } from './result.js';

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const milliseconds = (ms: number) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;

/** Markdown, also readable on a terminal. @param machine a line each */
export function report(result: Result, machine: readonly string[], at: Date): string {
  const faults = result.faults.map(({ fault, injected, longestGapMs, skipped }) => [
    fault,
    fault === BETWEEN ? '' : String(injected),
    skipped === undefined ? seconds(longestGapMs) : `skipped: ${skipped}`,
  ]);
  const totals = [
    ['operations acknowledged', String(result.acknowledged)],
    ['of them lost', String(result.lost)],
    ['wrong answers', String(result.wrong)],
    ['longest gap of a client', seconds(result.longestGapMs)],
    ['revocations', String(result.revocations)],
    ['refused by every node, p99, all nodes serving', milliseconds(result.revocationP99Ms)],
    ['the same, with nodes that were away', milliseconds(result.revocationP99WithNodesAwayMs)],
  ];
  return [
    `${at.toISOString().slice(0, 10)}, ${result.seconds.toFixed(0)} s, seed ${result.seed}`,
    [...machine, `the clients' own process had no time for up to ${seconds(result.standstillMs)}`]
      .map((line) => `- ${line}`)
      .join('\n'),
    table(['fault', 'injected', 'longest gap'], faults),
    table(['', 'all faults together'], totals),
    `The longest gap: ${result.longestWait}.`,
    ...result.examples,
    '',
  ].join('\n\n');
}
