import { escapeHtml } from './escape-html.js';
import type { EvidenceManifest, ReportedRecord } from './evidence.js';

const WIDTH = 960;
const LEFT = 90;
const ROW = 22;
const SLICES = 60;
const USE_HEIGHT = 70;
const CHANGES = /^(key|version|policy|campaign|alias)\./;
const COLOURS: Readonly<Record<string, string>> = { active: '#2a7d4f', retired: '#8a8a8a', disabled: '#c98a1b' };
const ENDED = '#b03030';

/** The life of a key as a picture (SVG): its versions, what changed, and how often it was used or refused. */
export function evidenceLife({ key, versions, until }: EvidenceManifest, records: readonly ReportedRecord[]): string {
  const start = Date.parse(key.createdAt);
  const end = Math.max(Date.parse(until), start + 1);
  const x = (time: number) =>
    LEFT + ((Math.min(Math.max(time, start), end) - start) / (end - start)) * (WIDTH - LEFT - 10);
  const bars = versions.map(({ version, primary, state, createdAt, changedAt }, row) => {
    const from = x(Date.parse(createdAt));
    const to = primary ? x(end) : x(Date.parse(changedAt));
    const title = `version ${version}: ${state}${primary ? ', primary' : ''}, made ${createdAt}, changed ${changedAt}`;
    return `<text x="0" y="${row * ROW + 15}">version ${version}</text>${rect(from, row * ROW + 4, Math.max(2, to - from), 14, COLOURS[state] ?? ENDED, title)}`;
  });
  const top = versions.length * ROW;
  const marks = records
    .filter(({ operation }) => CHANGES.test(operation))
    .map(({ at, operation, outcome, index }) =>
      rect(
        x(Date.parse(at)) - 1,
        top + 4,
        3,
        14,
        outcome === 'success' ? '#1f4e9c' : ENDED,
        `${at} ${operation}: ${outcome}, record ${index}`,
      ),
    );
  const height = top + ROW + USE_HEIGHT + 24;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="The life of the key">
${bars.join('\n')}
<text x="0" y="${top + 15}">changes</text>${marks.join('')}
<text x="0" y="${top + ROW + 40}">calls</text>${calls(records, start, end, top + ROW + USE_HEIGHT)}
<text x="${LEFT}" y="${height - 6}">${day(start)}</text><text x="${WIDTH - 10}" y="${height - 6}" text-anchor="end">${day(end)}</text>
</svg>`;
}

/** How many there were in each slice of the time, what was refused in red below what was allowed. */
function calls(records: readonly ReportedRecord[], start: number, end: number, bottom: number): string {
  const slices = Array.from({ length: SLICES }, () => ({ allowed: 0, refused: 0 }));
  for (const { at, outcome } of records) {
    const place = Math.floor(((Date.parse(at) - start) / (end - start)) * SLICES);
    const slice = slices[Math.min(SLICES - 1, Math.max(0, place))];
    if (slice) slice[outcome === 'success' ? 'allowed' : 'refused'] += 1;
  }
  const most = Math.max(1, ...slices.map(({ allowed, refused }) => allowed + refused));
  const width = (WIDTH - LEFT - 10) / SLICES;
  return slices
    .map(({ allowed, refused }, at) => {
      const left = LEFT + at * width;
      const [low, high] = [(refused / most) * USE_HEIGHT, (allowed / most) * USE_HEIGHT];
      const title = `${allowed} allowed, ${refused} refused or failed`;
      const red = refused > 0 ? rect(left, bottom - low, width - 1, low, ENDED, title) : '';
      return `${red}${allowed > 0 ? rect(left, bottom - low - high, width - 1, high, '#1f4e9c', title) : ''}`;
    })
    .join('');
}

function rect(x: number, y: number, width: number, height: number, fill: string, title: string): string {
  const box = [x, y, width, height].map((value) => value.toFixed(1));
  return `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${fill}"><title>${escapeHtml(title)}</title></rect>`;
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
