import { escapeHtml } from './escape-html.js';
import { evidenceLife } from './evidence-life.js';
import type { EvidenceManifest, ReportedRecord } from './evidence.js';

/** What an assessor asks, and where in the archive the answer is. */
const MAPPING: readonly (readonly [asked: string, where: string])[] = [
  [
    'PCI DSS 4.0 10.2.1.1–10.2.1.7: all access, administration, invalid attempts, changes of credentials',
    'Records; Outcomes',
  ],
  [
    'PCI DSS 4.0 10.2.2: who, what, when, where from, outcome, which object',
    'Records: every column; records.jsonl has all fields',
  ],
  [
    'PCI DSS 4.0 10.3.2, 10.3.4: records are protected from change, and a change is detected',
    'checkpoint.txt and the proof of each record',
  ],
  [
    'PCI DSS 4.0 3.7.4: keys are changed at the end of their cryptoperiod',
    'The life of the key; Versions; Policy in force',
  ],
  ['SOC 2 CC6.1: logical access is restricted', 'Bindings in force, with their roles'],
  ['SOC 2 CC7.2, CC7.3: anomalies are monitored and evaluated', 'Outcomes; Records that were denied or failed'],
  ['NIST SP 800-53 AU-2, AU-3, AU-12: events and their content', 'Records'],
  [
    'NIST SP 800-53 AU-9(3), AU-10: cryptographic protection, non-repudiation',
    'checkpoint.txt, statement.json, proofs',
  ],
  ['NIST SP 800-53 AU-6, AU-7: review and reporting', 'this report'],
];
const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#1b1b1b}table{border-collapse:collapse;width:100%;margin:1em 0;font-size:13px}td,th{border:1px solid #ccc;padding:.25em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f3f3f3}svg{width:100%;height:auto;font-size:12px}code{overflow-wrap:anywhere}';

/** The report of an archive: HTML without scripts or anything from outside. The same evidence gives the same bytes. */
export function evidenceReport(
  manifest: EvidenceManifest,
  records: readonly ReportedRecord[],
  statement: number,
  kept: readonly { readonly size: number }[] = [],
): string {
  const { key, versions, policy, bindings, roles, since, until, size } = manifest;
  const title = `Evidence of key ${key.name ?? key.id}`;
  const failed = records.filter(({ outcome }) => outcome !== 'success');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p>${records.length} records ${since === null ? 'from the beginning' : `from ${escapeHtml(since)}`} until ${escapeHtml(until)}, out of the first ${size} of the log
<code>${escapeHtml(manifest.log)}</code>. Record ${statement} of that log says what was gathered.${droppedText(manifest)}${keptText(kept)}</p>
<p>Believe this report only after <code>keystead audit verify EVIDENCE.tar --vkey log.vkey</code>, with the verifier key that the operators gave you by another way: the command
proves every record, and makes this report again out of them.</p>
<h2>The life of the key</h2>
${evidenceLife(manifest, records)}
<h2>The key</h2>
${table(['field', 'value'], Object.entries(key))}
<h2>Versions</h2>
${table(
  ['version', 'state', 'primary', 'reason', 'made', 'changed'],
  versions.map((row) => [row.version, row.state, row.primary, row.reason, row.createdAt, row.changedAt]),
)}
<h2>Policy in force</h2>
${table(
  ['policy', ''],
  [
    ['in force', policy.inForce],
    ['all that match', policy.candidates],
    ['upcoming', policy.upcoming],
  ],
)}
<h2>Bindings in force</h2>
${table(
  ['who', 'role', 'effect', 'scope', 'conditions', 'expires'],
  bindings.map((row) => [
    row.callerName ?? row.groupName,
    row.role,
    row.effect,
    row.scope,
    row.conditions,
    row.expiresAt,
  ]),
)}
${table(
  ['role', 'allows'],
  Object.entries(roles).map(([role, operations]) => [role, operations.join(', ')]),
)}
<h2>Outcomes</h2>
${table(['operation', 'outcome', 'records'], counted(records))}
<h2>Records that were denied or failed</h2>
${recordTable(failed)}
<h2>Records</h2>
${recordTable(records)}
<h2>What it answers</h2>
${table(['asked', 'where'], MAPPING)}
</body></html>
`;
}

function keptText(kept: readonly { readonly size: number }[]): string {
  if (kept.length === 0) return '';
  const sizes = kept.map(({ size }) => size).join(', ');
  return ` It goes on from the log as it was at checkpoints that were kept before, over ${sizes} records.`;
}

function droppedText({ minimumIndex }: EvidenceManifest): string {
  if (minimumIndex === 0) return '';
  return ` The records before ${minimumIndex} were dropped as the retention policy said: what was done with the key then is not in here.`;
}

function recordTable(records: readonly ReportedRecord[]): string {
  return table(
    ['index', 'at', 'who', 'credential', 'from', 'operation', 'version', 'outcome', 'detail'],
    records.map((record) => [
      record.index,
      record.at,
      record.callerName ?? record.caller,
      record.credential,
      record.source,
      record.operation,
      record.version,
      record.code === null ? record.outcome : `${record.outcome}: ${record.code}`,
      record.detail,
    ]),
  );
}

function counted(records: readonly ReportedRecord[]): readonly (readonly unknown[])[] {
  const counts = new Map<string, number>();
  for (const { operation, outcome } of records) {
    const name = JSON.stringify([operation, outcome]);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => [...(JSON.parse(name) as string[]), count]);
}

function table(titles: readonly string[], rows: readonly (readonly unknown[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  return `<table>\n${row(titles, 'th')}\n${rows.map((cells) => row(cells, 'td')).join('\n')}\n</table>`;
}

function row(cells: readonly unknown[], tag: string): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(textOf(cell))}</${tag}>`).join('')}</tr>`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
