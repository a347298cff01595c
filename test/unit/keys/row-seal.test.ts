import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../src/crypto/secret.js';
import { add, RowSeal, subtract, type SealedRow, type SealedValue } from '../../../src/keys/row-seal.js';
import { SEALED_ROWS } from '../../support/sealed-rows.js';
import { uuidv7 } from '../../../src/keys/uuid.js';
import { SEALED_TABLES, sealedRow, type SealedTableName } from '../../../src/ledger/sealed-tables.js';

const SCOPE = '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60';
const tampered = expect.objectContaining({ code: 'integrity-failure' });

function seal(scopeId = SCOPE, byte = 1, keyVersion = 1): RowSeal {
  return new RowSeal(scopeId, new Secret(Buffer.alloc(32, byte)), keyVersion);
}

function tagOf(tags: Readonly<Record<string, string>>): Buffer {
  return seal().tagOf(row([['tags', tags]]));
}

function row(deciding: SealedRow['deciding'], more: Partial<SealedRow> = {}): SealedRow {
  return { table: 'key', id: 'one', revision: 7, deciding, ...more };
}

const AT = new Date('2026-01-02T03:04:05.678Z');

const TABLES = Object.keys(SEALED_ROWS).filter((name): name is SealedTableName => Object.hasOwn(SEALED_TABLES, name));

const COLUMNS = TABLES.flatMap((table) =>
  [...SEALED_TABLES[table].deciding, ...(SEALED_TABLES[table].later ?? [])].map((column): [SealedTableName, string] => [
    table,
    column,
  ]),
);

function other(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value instanceof Date) return new Date(value.getTime() + 1);
  if (Buffer.isBuffer(value)) return Buffer.concat([value.subarray(0, -1), Buffer.from([value.at(-1)! ^ 1])]);
  return Object.assign({ more: 'x' }, value);
}

describe('the tag of a row', () => {
  it.each(COLUMNS)('notices a change of %s.%s', (table, column) => {
    const original = SEALED_ROWS[table];
    const tag = seal().tagOf(sealedRow(table, original));
    const value: unknown = Object.entries(original).find(([name]) => name === column)?.[1];
    for (const changed of [other(value), null]) {
      const forged = sealedRow(table, { ...original, [column]: changed });
      expect(() => seal().mustMatch(forged, tag)).toThrow(tampered);
    }
    expect(() => seal().mustMatch(sealedRow(table, original), tag)).not.toThrow();
  });

  it.each(TABLES)('covers every column of %s but those that prove themselves', (table) => {
    const original = SEALED_ROWS[table];
    const tag = seal().tagOf(sealedRow(table, original)).toString('hex');
    const unnoticed = Object.entries(original).filter(([column, value]) => {
      const forged = { ...original, [column]: other(value) };
      return seal().tagOf(sealedRow(table, forged)).toString('hex') === tag;
    });
    // The keyring is in the key of the seal. Material authenticates itself, and moves when the keyring is rewrapped.
    const apart = new Map([
      ['key', ['keyringId']],
      ['key_version', ['wrappingVersion', 'material']],
      ['pki_authority', ['material']],
      ['webhook', ['secret']],
    ]);
    expect(unnoticed.map(([column]) => column)).toEqual(apart.get(table) ?? []);
  });

  it('tells values of different types apart', () => {
    const values: SealedValue[] = [
      null,
      '',
      'null',
      0,
      '0',
      false,
      'false',
      Buffer.alloc(0),
      Buffer.from('n'),
      {},
      [],
      AT,
    ];
    const iso: SealedValue = AT.toISOString();
    const tags = [...values, iso].map((value) =>
      seal()
        .tagOf(row([['column', value]]))
        .toString('hex'),
    );
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('does not let a border between columns move', () => {
    const one = row([
      ['a', 'bc'],
      ['d', ''],
    ]);
    const two = row([
      ['a', 'b'],
      ['cd', ''],
    ]);
    expect(seal().tagOf(one)).not.toEqual(seal().tagOf(two));
  });

  it('does not depend on the order of names in an object, and does on its values', () => {
    expect(tagOf({ a: '1', b: '2' })).toEqual(tagOf({ b: '2', a: '1' }));
    expect(tagOf({ a: '1', b: '2' })).not.toEqual(tagOf({ a: '2', b: '1' }));
  });

  it('refuses a tag of another length', () => {
    const original = row([]);
    expect(() => seal().mustMatch(original, seal().tagOf(original).subarray(1))).toThrow(tampered);
  });
});

describe('the set hash of a scope', () => {
  const elements = ['a', 'b', 'c'].map((id) => seal().elementOf('key', id, seal().tagOf(row([], { id }))));

  it('is the same sum in any order, and goes back when a row goes', () => {
    const [a = 0n, b = 0n, c = 0n] = elements;
    expect(add(add(a, b), c)).toBe(add(add(c, a), b));
    expect(subtract(add(add(a, b), c), b)).toBe(add(a, c));
    expect(subtract(add(0n, a), a)).toBe(0n);
  });

  it('stays in its range at both ends', () => {
    const largest = (1n << 256n) - 1n;
    expect(add(largest, 1n)).toBe(0n);
    expect(subtract(0n, 1n)).toBe(largest);
  });

  it('has another element for every table, id and tag', () => {
    const tag = seal().tagOf(row([]));
    const all = [
      seal().elementOf('key', 'a', tag),
      seal().elementOf('alias', 'a', tag),
      seal().elementOf('key', 'b', tag),
      seal().elementOf('key', 'a', Buffer.alloc(32)),
      seal(SCOPE, 2).elementOf('key', 'a', tag),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('comes back from its head, and is masked anew each time', () => {
    const sum = elements.reduce(add, 0n);
    const one = seal().headOf(3, 3, sum);
    const two = seal().headOf(3, 3, sum);
    expect(seal().sumOf(one)).toBe(sum);
    expect(seal().sumOf(two)).toBe(sum);
    expect(one.setHash).not.toEqual(two.setHash);
  });

  it('is refused with any part of its head changed', () => {
    const head = seal().headOf(3, 2, 5n);
    const forgeries = [
      { revision: 2 },
      { count: 1 },
      { mask: Buffer.alloc(16) },
      { setHash: Buffer.alloc(32) },
      { tag: Buffer.alloc(32) },
    ];
    for (const forged of forgeries) expect(() => seal().sumOf({ ...head, ...forged })).toThrow(tampered);
    expect(() => seal(uuidv7()).sumOf(head)).toThrow(tampered);
    expect(() => seal(SCOPE, 2).sumOf(head)).toThrow(tampered);
  });
});

describe('keyed digests', () => {
  it('differ by label, by parts and their borders, and by key', () => {
    const digests = [
      seal().digest('token', 'ab', 'c'),
      seal().digest('token', 'a', 'bc'),
      seal().digest('other', 'ab', 'c'),
      seal(SCOPE, 2).digest('token', 'ab', 'c'),
    ].map((digest) => digest.toString('hex'));
    expect(new Set(digests).size).toBe(digests.length);
    expect(seal().digest('token', 'ab', 'c').toString('hex')).toBe(digests[0]);
  });
});
