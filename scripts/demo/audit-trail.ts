import { isDeepStrictEqual } from 'node:util';
import type { KeysteadClient } from '../../src/client/client.js';
import type { Narrator } from './narrator.js';

/** What the story did with the key, oldest first: who, what, with which outcome. */
const EXPECTED = [
  'key-admin key.create success',
  'app data-key success',
  'app data-key success',
  'key-admin key.rotate success',
  'app data-key success',
  'app decrypt success',
  'app decrypt success',
  'app decrypt success',
  'app re-encrypt success',
  'key-admin version.retire success',
  'app decrypt error version-retired',
  'app decrypt success',
  'app decrypt error invalid-ciphertext',
  'app decrypt success',
  'app decrypt error invalid-ciphertext',
];

/** Prints the records of the key, and checks that they are those of the story, no more and no fewer. */
export async function tellAuditTrail(narrator: Narrator, auditor: KeysteadClient, keyId: string): Promise<void> {
  const { items } = await narrator.step('read the records of the key', () => auditor.audit.records({ key: keyId }));
  const records = items.toReversed();
  for (const { at, callerName, operation, outcome, code, ...more } of records) {
    const cells = [
      at.slice(11, 23),
      String(callerName).padEnd(9),
      operation.padEnd(14),
      typeof more['version'] === 'number' ? `v${more['version']}` : '  ',
    ];
    narrator.line(`${cells.join('  ')}  ${code ?? outcome}`);
  }
  const told = records.map(({ callerName, operation, outcome, code }) =>
    [callerName, operation, outcome, code].filter(Boolean).join(' '),
  );
  narrator.check(
    `${records.length} records, one for each thing that was done or refused`,
    isDeepStrictEqual(told, EXPECTED),
  );
}
