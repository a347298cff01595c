import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { exportLines, type ExportFormat } from '../../../src/cli/export-lines.js';
import { follow } from '../../../src/cli/follow.js';
import { moment, pair, whole } from '../../../src/cli/option-values.js';
import { cell } from '../../../src/cli/printable.js';
import { progressLine, size } from '../../../src/cli/progress.js';
import { fields, table } from '../../../src/cli/table.js';
import type { AuditFilters, AuditRecord } from '../../../src/client/client.js';

describe('a table', () => {
  const items = [
    { a: 'x'.repeat(120), b: 'short' },
    { a: 'y', b: null },
  ];
  const columns = [
    ['A', (item: (typeof items)[number]) => item.a],
    ['B', (item: (typeof items)[number]) => item.b],
  ] as const;

  it('cuts its widest cells to fit a terminal', () => {
    const lines = table(columns, items, 60).trimEnd().split('\n');
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(lines[1]).toBe(`${'x'.repeat(52)}…  short`);
    expect(lines[2]).toMatch(/^y +-$/);
  });

  it('cuts nothing in a pipe', () => {
    expect(table(columns, items, undefined)).toContain('x'.repeat(120));
  });

  it('of nothing is its title', () => {
    expect(table(columns, [], 80)).toBe('A  B\n');
  });
});

it('a cell shows any value on one line', () => {
  expect(cell('2026-01-31T12:00:00.123Z')).toBe('2026-01-31 12:00:00Z');
  expect([null, undefined, '', [], {}].map(cell)).toEqual(['-', '-', '-', '-', '-']);
  expect([0, false, Buffer.of(1, 2)].map(cell)).toEqual(['0', 'false', 'AQI=']);
  expect(cell({ a: 1, b: ['x', 'y'] })).toBe('a=1 b=x, y');
  expect(cell({ scope: { keyring: 'k' }, none: {} })).toBe('scope=(keyring=k) none=-');
  expect(cell('a\u202eb\u009b')).toBe('a\\u202eb\\u009b');
});

it('fields line up, without what is undefined', () => {
  expect(fields({ id: 1, name: 'x', none: undefined, empty: null })).toBe('id     1\nname   x\nempty  -\n');
});

it('progress shows part, sizes and rate', () => {
  expect(progressLine('encrypting', 512 * 2 ** 20, 2 ** 30, 2)).toBe(
    `encrypting  [${'#'.repeat(15)}${'-'.repeat(15)}]   50%  512.0 MiB of 1.0 GiB  256.0 MiB/s`,
  );
  expect(progressLine('encrypting', 1_536, undefined, 0)).toBe('encrypting  1.5 KiB  ');
  expect(progressLine('x', 0, 0, 1)).toContain('100%');
  expect([0, 1_023, 1_024, 2 ** 40].map(size)).toEqual(['0 B', '1023 B', '1.0 KiB', '1.0 TiB']);
});

describe('option values', () => {
  it('are read', () => {
    expect(pair('b=2=3', { a: '1' })).toEqual({ a: '1', b: '2=3' });
    expect(whole(1, 5)('5')).toBe(5);
    expect(moment('2026-01-31T12:00:00Z')).toEqual(new Date('2026-01-31T12:00:00Z'));
    const hourAgo = Date.now() - 3_600_000;
    expect(moment('1h').getTime()).toBeGreaterThanOrEqual(hourAgo);
    expect(moment('1w').getTime()).toBeLessThan(hourAgo);
  });

  it.each([
    () => pair('=x'),
    () => pair('x'),
    () => pair('a=1', { a: '0' }),
    () => whole(1, 5)('6'),
    () => whole(0)('-1'),
    () => whole(0)('1e3'),
    () => moment('soon'),
  ])('are refused %#', (read) => {
    expect(read).toThrow();
  });

  it('__proto__ is a name like any other', () => {
    expect(Object.entries(pair('__proto__=x', pair('a=1')))).toEqual([
      ['a', '1'],
      ['__proto__', 'x'],
    ]);
  });
});

const enough = async (): Promise<void> => Promise.reject(new Error('enough'));

describe('following', () => {
  it('shows each record once, in the order of the log, and ends with its pause', async () => {
    const start = Date.parse('2026-01-31T12:00:00Z');
    const record = (id: string, second: number): AuditRecord => {
      const at = new Date(start + second * 1_000).toISOString();
      return {
        index: second,
        id,
        at,
        caller: 'c',
        operation: 'encrypt',
        resource: 'key/1',
        outcome: 'success',
        requestId: id,
      };
    };
    const log = [record('a', 1), record('b', 2), { ...record('own', 3), operation: 'audit.read' }];
    const later = [[record('d', 60)], [{ ...record('c', 61), at: '2026-01-31T12:00:58Z' }, record('e', 100)]];
    const audit = {
      async *all({ since, after = -1 }: AuditFilters): AsyncGenerator<AuditRecord, void> {
        const from = since?.toISOString() ?? '';
        yield* log.filter(({ at, index }) => at >= from && index > after);
      },
      records: async () => ({ items: log.slice(-1) }),
    };
    const pause = async (): Promise<void> => {
      const more = later.shift();
      if (more === undefined) throw new Error('enough');
      log.push(...more);
    };
    const seen: string[] = [];
    const following = (async () => {
      for await (const { id } of follow(audit, { since: new Date(start) }, pause)) seen.push(id);
    })();
    await expect(following).rejects.toThrow('enough');
    expect(seen).toEqual(['a', 'b', 'd', 'c', 'e']);
  });

  it('begins with what comes after now, where it is not told from when', async () => {
    const items = [{ index: 41 } as AuditRecord];
    const asked: unknown[] = [];
    const audit = {
      async *all(filters: AuditFilters): AsyncGenerator<AuditRecord, void> {
        asked.push(filters.after);
        yield* [];
      },
      records: async () => ({ items }),
    };
    await expect(follow(audit, {}, enough).next()).rejects.toThrow('enough');
    expect(asked).toEqual([41]);
  });
});

describe('an export', () => {
  const record = {
    index: 7,
    id: 'i',
    at: '2026-01-31T12:00:00.000Z',
    caller: 'c',
    callerName: '=cmd("x")',
    operation: 'key.rotate',
    resource: 'key/1',
    outcome: 'denied',
    code: 'permission-denied',
    requestId: 'r',
    source: '192.0.2.1',
    detail: { a: 'b' },
  } as const;
  const lines = async (format: ExportFormat) => {
    const pieces: string[] = [];
    for await (const piece of exportLines(Readable.from([record]), format)) pieces.push(piece.toString());
    return pieces.join('');
  };

  it('in CSV has no formulas', async () => {
    const [title, line] = (await lines('csv')).split('\r\n');
    expect(title).toMatch(/^index,at,id,caller,callerName,/);
    expect(line).toBe(
      `7,2026-01-31T12:00:00.000Z,i,c,"'=cmd(""x"")",,,192.0.2.1,key.rotate,key/1,,,,denied,permission-denied,r,,,"{""a"":""b""}"`,
    );
  });

  it('in OCSF has what the class API Activity requires', async () => {
    expect(JSON.parse(await lines('ocsf'))).toMatchObject({
      category_uid: 6,
      class_uid: 6003,
      activity_id: 3,
      type_uid: 600303,
      severity_id: 3,
      status_id: 2,
      time: Date.parse(record.at),
      metadata: { version: '1.3.0', uid: 'i', sequence: 7, product: { name: 'Keystead' } },
      actor: { user: { uid: 'c' } },
      src_endpoint: { ip: '192.0.2.1' },
      api: { operation: 'key.rotate' },
    });
  });
});
