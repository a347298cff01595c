import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../../src/audit/log/canonical-json.js';
import { bundleOf, entriesOf } from '../../../src/audit/log/bundle.js';
import { checkpointText, proofText } from '../../../src/audit/log/checkpoint-text.js';
import { decodeEntry, encodeEntry } from '../../../src/audit/log/entry.js';
import { generateSeed, isNoteName, NoteKey } from '../../../src/audit/log/note-key.js';
import { readTilePath, tilePath, tileWidth } from '../../../src/audit/log/tile.js';
import { leafHash } from '../../../src/audit/merkle-hash.js';
import type { AuditRecord } from '../../../src/audit/record.js';
import { openCheckpoint } from '../../../src/audit/verifier/open-checkpoint.js';
import { openNote, readVerifierKey } from '../../../src/audit/verifier/open-note.js';
import { verifyProofFile } from '../../../src/audit/verifier/verify-proof-file.js';
import { RECORD } from './sample-record.js';
import { entriesUpTo, grow } from './trees.js';

const { verifyCheckpoint } = createRequire(import.meta.url)('@sigstore/verify/dist/tlog/checkpoint.js') as {
  verifyCheckpoint: (entry: object, tlogs: readonly object[]) => { readonly logSize: bigint };
};

/** Around a note, what the other implementation expects. */
const entryWith = (envelope: string) => ({ inclusionProof: { checkpoint: { envelope } } });

const PLACE = { stream: '01890a5d-ac96-774b-bcce-b302099a8058', seq: 7 };

describe('tiles', () => {
  it('have the paths of tlog-tiles, each one path only', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('0/x001/x234/067');
    expect(tilePath({ level: 'entries', index: 0, width: 17 })).toBe('entries/000.p/17');
    expect(readTilePath('2/x001/000.p/1')).toEqual({ level: 2, index: 1000, width: 1 });
    for (const path of [
      '0/x000/001',
      '0/000.p/256',
      '0/000.p/0',
      '0/1',
      '64/000',
      '0/x001',
      '0/000/',
      '-1/000',
      '0/000.p/257',
      '',
    ]) {
      expect(readTilePath(path)).toBeUndefined();
    }
  });

  it('of 70,000 entries are as many as the specification says', () => {
    expect([tileWidth(0, 272, 70_000), tileWidth(0, 273, 70_000), tileWidth(0, 274, 70_000)]).toEqual([256, 112, 0]);
    expect([tileWidth(1, 1, 70_000), tileWidth(2, 0, 70_000), tileWidth('entries', 273, 70_000)]).toEqual([17, 1, 112]);
  });

  it('of entries give them back, and refuse what is cut short', () => {
    const entries = entriesUpTo(256);
    const bundle = bundleOf(entries);
    expect(entriesOf(bundle)).toEqual(entries);
    expect(() => entriesOf(bundle.subarray(0, -1))).toThrow(RangeError);
  });
});

describe('entries', () => {
  it('are frozen: this record has this hash', () => {
    const entry = encodeEntry(RECORD, PLACE);
    expect(entry.toString()).toMatchInlineSnapshot(
      `"{"at":"2026-11-21T06:00:00.123Z","caller":"c","callerName":"shop","code":null,"credential":null,"detail":{"b":{"10":2,"9":3,"__proto__x":4,"z":1},"contextNames":["ü","a"]},"door":"rest","durationUs":12,"id":"01890a5d-ac96-774b-bcce-b302099a8057","key":"k","keyring":"r","node":"n","operation":"encrypt","outcome":"success","requestId":"q","resource":"key/k","seq":7,"source":"127.0.0.1","stream":"01890a5d-ac96-774b-bcce-b302099a8058","v":1,"version":1}"`,
    );
    expect(leafHash(entry).toString('hex')).toMatchInlineSnapshot(
      `"f4207ee9107945e0f26eaba69bebe149d6063bc3c52cd678e1dd83f7da9e8e55"`,
    );
    expect(decodeEntry(entry)).toEqual({ ...RECORD, ...PLACE });
  });

  it('have their fields in the order of RFC 8785', () => {
    const text = encodeEntry(RECORD, PLACE).toString();
    expect(text).toBe(canonicalJson(JSON.parse(text)));
  });

  it('do not depend on the order of fields', () => {
    const turned = Object.fromEntries(Object.entries(RECORD).toReversed()) as unknown as AuditRecord;
    expect(encodeEntry(turned, PLACE)).toEqual(encodeEntry(RECORD, PLACE));
  });

  it('keep the digest and the revisions of a detail that is too long', () => {
    const detail = { heads: { r: 3 }, rows: 'x'.repeat(70_000) };
    const entry = encodeEntry({ ...RECORD, detail }, PLACE);
    expect(decodeEntry(entry).detail).toEqual({
      heads: { r: 3 },
      omittedSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('checkpoints', () => {
  const seed = Buffer.alloc(32, 7);
  const key = new NoteKey('keystead.test/audit/1', seed);
  const root = Buffer.alloc(32, 9);
  const note = key.sign(checkpointText(key.name, 5, root));

  it('open under the key that signed them, also among signatures of others', () => {
    const signer = readVerifierKey(key.verifierKey);
    expect(openCheckpoint(note, signer)).toEqual({ origin: key.name, size: 5, root });
    const witness = new NoteKey('witness', generateSeed()).sign(checkpointText(key.name, 5, root)).split('\n\n')[1];
    expect(openCheckpoint(`${note}${witness}`, signer).size).toBe(5);
  });

  it('verify with @sigstore/verify', () => {
    const { keyId, key: publicKey } = readVerifierKey(key.verifierKey);
    const tlog = { logID: keyId, baseURL: key.name, publicKey };
    expect(verifyCheckpoint(entryWith(note), [tlog]).logSize).toBe(5n);
    expect(() => verifyCheckpoint(entryWith(note.replace('\n5\n', '\n6\n')), [tlog])).toThrow();
  });

  it('do not open when anything was changed', () => {
    const signer = readVerifierKey(key.verifierKey);
    const stranger = readVerifierKey(new NoteKey(key.name, generateSeed()).verifierKey);
    expect(() => openNote(note.replace('\n5\n', '\n6\n'), signer)).toThrow(
      'signature of keystead.test/audit/1 is wrong',
    );
    expect(() => openNote(note, stranger)).toThrow('not signed by');
    expect(() => openNote(note.slice(0, -1), signer)).toThrow('no signed note');
    expect(() => openCheckpoint(key.sign('anything\n'), signer)).toThrow('no checkpoint');
    expect(() => openCheckpoint(key.sign(checkpointText('another', 5, root)), signer)).toThrow('of another, not of');
    expect(() => readVerifierKey(key.verifierKey.replace('+', '+0'))).toThrow();
  });

  it('have names without spaces and pluses', () => {
    expect(['a/b', 'a b', 'a+b', ''].map(isNoteName)).toEqual([true, false, false, false]);
  });

  it('make a proof a file that verifies by itself', async () => {
    const entries = entriesUpTo(1000);
    const { tip, prover } = grow(entries);
    const checkpoint = key.sign(checkpointText(key.name, 1000, tip.root()));
    const proof = proofText(300, await prover.inclusion(300, 1000), checkpoint);
    const signer = readVerifierKey(key.verifierKey);
    expect(verifyProofFile(proof, entries[300] as Buffer, signer)).toMatchObject({
      index: 300,
      checkpoint: { size: 1000 },
    });
    expect(() => verifyProofFile(proof, entries[301] as Buffer, signer)).toThrow(
      'record 300 is not what the log of 1000',
    );
  });
});
