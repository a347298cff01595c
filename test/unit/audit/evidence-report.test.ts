import { describe, expect, it } from '@jest/globals';
import { escapeHtml } from '../../../src/audit/verifier/escape-html.js';
import type { EvidenceManifest, ReportedRecord } from '../../../src/audit/verifier/evidence.js';
import { evidenceReport } from '../../../src/audit/verifier/evidence-report.js';

const EVIL = `</svg></td><img src=x onerror="alert('1')">\u202egnp.\u0000`;
const AT = '2026-01-02T00:00:00.000Z';

const MANIFEST: EvidenceManifest = {
  v: 1,
  log: EVIL,
  minimumIndex: 0,
  size: 9,
  since: AT,
  until: '2026-02-01T00:00:00.000Z',
  key: { id: EVIL, name: EVIL, createdAt: AT, tags: { [EVIL]: EVIL } },
  versions: [{ version: 1, primary: true, state: EVIL, reason: EVIL, createdAt: AT, changedAt: AT }],
  policy: { inForce: { [EVIL]: EVIL }, candidates: [{ [EVIL]: EVIL }], upcoming: [] },
  bindings: [
    {
      callerName: EVIL,
      groupName: null,
      role: EVIL,
      effect: EVIL,
      scope: { [EVIL]: EVIL },
      conditions: null,
      expiresAt: EVIL,
    },
  ],
  roles: { [EVIL]: [EVIL] },
  records: [3],
};
const RECORD: ReportedRecord = {
  index: 3,
  at: AT,
  caller: EVIL,
  callerName: EVIL,
  credential: EVIL,
  source: EVIL,
  operation: `key.${EVIL}`,
  outcome: EVIL,
  code: EVIL,
  version: null,
  detail: { context: [EVIL], [EVIL]: EVIL },
};

describe('the report of evidence', () => {
  it('shows whatever an attacker named as text', () => {
    const report = evidenceReport(MANIFEST, [RECORD], 8);
    expect(report).toContain('&lt;img src=x onerror=');
    expect(report).not.toMatch(/<img|onerror="|\u202e/);
    expect(report).not.toContain('\u0000');
    // Nothing but what the report itself is made of.
    const tags = new Set([...report.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, name]) => name));
    const own = '!doctype html head meta title style body h1 h2 p code svg text rect table tr th td'.split(' ');
    expect([...tags].filter((name) => !own.includes(name ?? ''))).toEqual([]);
  });

  it('is the same for the same evidence', () => {
    expect(evidenceReport(MANIFEST, [RECORD], 8)).toBe(evidenceReport(MANIFEST, [RECORD], 8));
  });

  it('of a key without records is a report, too', () => {
    expect(evidenceReport({ ...MANIFEST, records: [] }, [], 8)).toContain('<p>None.</p>');
  });

  it('shows what one would not see', () => {
    expect(escapeHtml('a\u202eb\u200bc&<>"\'')).toBe('a\\u202eb\\u200bc&amp;&lt;&gt;&quot;&#39;');
  });
});
