import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from '../support/fast-check.js';
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../src/audit/log/canonical-json.js';
import { checkpointText, proofText } from '../../src/audit/log/checkpoint-text.js';
import { encodeEntry } from '../../src/audit/log/entry.js';
import { NoteKey } from '../../src/audit/log/note-key.js';
import { Prover } from '../../src/audit/log/prove.js';
import { TreeTip } from '../../src/audit/log/tree-tip.js';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { evidenceReport } from '../../src/audit/verifier/evidence-report.js';
import type { EvidenceManifest, ReportedRecord } from '../../src/audit/verifier/evidence.js';
import { NotVerified } from '../../src/audit/verifier/not-verified.js';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { splitNotes } from '../../src/audit/verifier/split-notes.js';
import { StateReplay } from '../../src/audit/verifier/state-replay.js';
import { verifyEvidence } from '../../src/audit/verifier/verify-evidence.js';
import { verifyLog } from '../../src/audit/verifier/verify-log.js';
import { LogFile } from '../../src/cli/log-file.js';
import { readTar, tarOf } from '../../src/cli/tar.js';
import { RECORD } from '../unit/audit/sample-record.js';

const SIGNER = new NoteKey('keystead/test/audit/1', Buffer.alloc(32, 5));
const KEY = readVerifierKey(SIGNER.verifierKey);
const STREAM = '01890a5d-ac96-774b-bcce-b302099a8058';
const SIZE = 6;

const MANIFEST: EvidenceManifest = {
  v: 1,
  log: SIGNER.verifierKey,
  size: 4,
  since: null,
  until: '2027-01-01T00:00:00.000Z',
  key: { id: 'k', name: 'orders', createdAt: '2026-01-01T00:00:00.000Z' },
  versions: [],
  policy: { inForce: null, candidates: [], upcoming: [] },
  bindings: [],
  roles: {},
  minimumIndex: 0,
  records: [1, 3],
};

/** A log of its own, with the record that says what was gathered as its last but one. */
function logWith(manifest: string) {
  const detail = { manifestSha256: hash('sha256', manifest, 'hex') };
  const entries = Array.from({ length: SIZE }, (_, at) =>
    encodeEntry(at === 4 ? { ...RECORD, operation: 'audit.read', detail } : RECORD, { stream: STREAM, seq: at + 1 }),
  );
  const tip = new TreeTip();
  for (const entry of entries) tip.append(leafHash(entry));
  const note = SIGNER.sign(checkpointText(SIGNER.name, SIZE, tip.root()));
  return { entries, note, prover: new Prover(async () => tip.levels()[0] ?? Buffer.alloc(0)) };
}

async function filesWith(manifest: string, report: string): Promise<Map<string, Buffer>> {
  const { entries, note, prover } = logWith(manifest);
  const proven = async (index: number) =>
    JSON.stringify({
      index,
      entry: entries[index]!.toString(),
      proof: proofText(index, await prover.inclusion(index, SIZE), note),
    });
  const records = [await proven(1), await proven(3)].map((line) => `${line}\n`).join('');
  const files = {
    'checkpoint.txt': note,
    'kept.jsonl': `${JSON.stringify({ checkpoint: note, consistency: [] })}\n`,
    'manifest.json': manifest,
    'statement.json': await proven(4),
    'records.jsonl': records,
    'report.html': report,
  };
  return new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
}

let archive: Buffer;
let dir: string;

beforeAll(async () => {
  const { entries } = logWith(canonicalJson(MANIFEST));
  const told = [1, 3].map((index) => ({ ...(JSON.parse(entries[index]!.toString()) as ReportedRecord), index }));
  const report = evidenceReport(JSON.parse(canonicalJson(MANIFEST)) as EvidenceManifest, told, 4, [{ size: SIZE }]);
  archive = Buffer.concat([...tarOf(await filesWith(canonicalJson(MANIFEST), report))]);
  dir = await mkdtemp(join(tmpdir(), 'keystead-fuzz-'));
});
afterAll(() => rm(dir, { recursive: true }));

const verify = (bytes: Buffer) => verifyEvidence(readTar(bytes), KEY);

/** What it comes to: what is said of the archive as it was, or that it is not verified. Nothing else. */
function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotVerified) return 'not verified';
    throw error;
  }
}

const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('whatever an auditor is given, it is verified or it is not', () => {
  it('an archive as it was', () => {
    expect(verify(archive)).toMatchObject({ key: 'k', records: 2, kept: 1, checkpoint: { size: SIZE } });
  });

  it('an archive of which bytes were changed, put in or taken out', () => {
    const whole = verify(archive);
    fc.assert(
      fc.property(part, part, fc.uint8Array({ maxLength: 8 }), fc.boolean(), (at, length, bytes, isCut) => {
        const start = Math.floor(at * archive.length);
        const end = start + (isCut ? Math.floor(length * 40) : bytes.length);
        const changed = Buffer.concat([archive.subarray(0, start), bytes, archive.subarray(end)]);
        const said = outcome(() => verify(changed));
        if (said !== 'not verified') expect(said).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it('an archive of files with any JSON in them, also where the service itself signed it', async () => {
    const names = ['kept.jsonl', 'statement.json', 'records.jsonl'];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.json({ maxDepth: 3 }), (name, json) => {
        const files = new Map(readTar(archive)).set(name, Buffer.from(`${json}\n`));
        expect(outcome(() => verifyEvidence(files, KEY))).toBe('not verified');
      }),
      { numRuns: 60 },
    );
    const manifests = ['null', '{}', '[]', '1', '{"v":1}', '{"v":1,"records":[1,3],"key":{"id":"k"},"until":"3"}'];
    for (const manifest of manifests) {
      const files = await filesWith(manifest, '');
      expect(outcome(() => verifyEvidence(files, KEY))).toBe('not verified');
    }
  });

  it('what stands behind the end of an archive, or between its files', () => {
    const behind = Buffer.concat([archive, Buffer.from('hidden')]);
    expect(() => verify(behind)).toThrow('there is something behind the end of the archive');
    const padded = Buffer.from(archive);
    padded[512 + logWith(canonicalJson(MANIFEST)).note.length + 3] = 65;
    expect(() => verify(padded)).toThrow('there is something behind checkpoint.txt');
  });

  it('a checkpoint of any text', () => {
    const { note } = logWith('{}');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          part.map((at) => note.slice(Math.floor(at * note.length) + 1)),
        ),
        (text) => {
          expect(outcome(() => openCheckpoint(text, KEY))).toBe('not verified');
          splitNotes(text);
        },
      ),
      { numRuns: 300 },
    );
    expect(splitNotes(`\n${note}\n${note}\n\nrest`)).toEqual([note, note]);
  });

  it('megabytes without a checkpoint, in no time to speak of', () => {
    expect(splitNotes('no checkpoint\n\n'.repeat(400_000))).toEqual([]);
  });

  it('an export of any lines', async () => {
    const { entries, note } = logWith('{}');
    const checkpoint = openCheckpoint(note, KEY);
    const path = join(dir, 'log.jsonl');
    const drop = '{"operation":"audit.drop"';
    const line = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom(drop, `${drop},"detail":null}`, '{"minimumIndex":4,"subtrees":[1]}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        await writeFile(path, [...lines, ...entries].join('\n'));
        const verified = LogFile.open(path).then((log) => verifyLog(log, [checkpoint]));
        if (lines.length > 0) await expect(verified).rejects.toBeInstanceOf(NotVerified);
        else expect(await verified).toMatchObject({ records: SIZE });
      }),
      { numRuns: 30 },
    );
    await writeFile(path, Buffer.alloc(2 ** 24, 65));
    await expect(LogFile.open(path)).rejects.toThrow('a line is longer than a record can be');
  });

  it('records that are none, replayed', () => {
    for (const text of [
      'null',
      '1',
      '{}',
      '{"detail":null}',
      '{"detail":{"rows":1}}',
      '{"detail":{"rows":[null]}}',
      '{',
    ]) {
      expect(() => new StateReplay(1).add(Buffer.from(text), 7)).toThrow(new NotVerified('record 7 cannot be read'));
    }
  });
});
