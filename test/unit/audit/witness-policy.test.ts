import { expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { cosignaturesOn } from '../../../src/audit/verifier/cosignatures-on.js';
import { readVerifierKey, type VerifierKey } from '../../../src/audit/verifier/open-note.js';
import { WitnessPolicy } from '../../../src/audit/verifier/witness-policy.js';
import { TEST_SIGNER } from '../../support/test-log.js';

/** A key of type 0x04; none signs anything here, so any 32 bytes will do. */
function vkey(name: string, byte: number): string {
  const typed = Buffer.concat([Buffer.of(4), Buffer.alloc(32, byte)]);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed])).slice(0, 8);
  return `${name}+${id}+${typed.toString('base64')}`;
}

const WITNESSES = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'].map((name, at) => `witness ${name} ${vkey(name, at + 1)}`);
const EXAMPLE = [
  `log ${TEST_SIGNER.verifierKey}`,
  '',
  ...WITNESSES,
  '  # two of three, and one of three',
  'group X-witnesses 2 X1 X2 X3',
  'group Y-witnesses any Y1 Y2 Y3',
  'group X-and-Y all X-witnesses Y-witnesses',
  'quorum X-and-Y',
].join('\n');

it.each([
  [['X1', 'X2', 'Y3'], true],
  [['X1', 'X2', 'X3'], false],
  [['X1', 'Y1', 'Y2', 'Y3'], false],
  [[], false],
])("the specification's own example: %j is enough: %j", (names, isEnough) => {
  const policy = WitnessPolicy.read(EXAMPLE);
  const keys = policy.witnesses.filter(({ name }) => names.includes(name)).map(({ key }): VerifierKey => key);
  expect(policy.isMetBy(keys)).toBe(isEnough);
});

it.each([
  ['witness X1', 'quorum none', 'line 1: the verifier key is not of the form'],
  [`witness none ${vkey('a', 1)}`, 'quorum none', 'line 1: the name none is taken'],
  [`witness a ${vkey('a', 1)}\nwitness b ${vkey('b', 1)}`, 'quorum a', 'line 2: the key of b is there already'],
  [`witness a ${vkey('a', 1)} ftp://x`, 'quorum a', 'line 1: a has no URL'],
  [`witness a ${vkey('a', 1)}\ngroup g 2 a`, 'quorum g', 'line 2: group g needs'],
  [`witness a ${vkey('a', 1)}\ngroup g constructor a`, 'quorum g', 'line 2: group g needs'],
  [`witness a ${vkey('a', 1)}\ngroup g any a\ngroup h any a`, 'quorum h', 'line 3: a is in a group already'],
  ['group g any a', 'quorum g', 'line 1: no line before says who a is'],
  ['', 'quorum none\nquorum none', 'line 3: a policy has one quorum'],
  ['', '', 'a policy has one line with the quorum'],
  [`log ${vkey('a', 1)}`, 'quorum none', 'line 1: the verifier key is not of the form'],
  ['quorums', 'quorum none', "line 1: 'quorums' is none of"],
])('refuses %j, %j', (lines, quorum, message) => {
  expect(() => WitnessPolicy.read(`${lines}\n${quorum}`)).toThrow(message);
});

/** From the text of https://c2sp.org/tlog-cosignature: its example's key is not published, so the line must be refused under any other. */
it('a cosignature under another key of the same name and id is wrong, one of a stranger is ignored', () => {
  const note =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n';
  const key = readVerifierKey(vkey('witness.example.com/w1', 1), 4);
  expect(cosignaturesOn(note, [key])).toEqual([]);
  const claimed = { ...key, keyId: Buffer.from('8d66cf3f', 'hex') };
  expect(() => cosignaturesOn(note, [claimed])).toThrow('the cosignature of witness.example.com/w1 is wrong');
});
