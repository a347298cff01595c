import { describe, expect, it } from '@jest/globals';
import { encodeAnswer } from '../../../src/doors/http/encode-answer.js';
import { countNames, JSON_LIMITS } from '../../../src/json/json-limits.js';
import { parseJson } from '../../../src/json/parse-json.js';

const parse = (text: string) => parseJson(Buffer.from(text));

describe('strict JSON', () => {
  it.each([
    '{}',
    'null',
    '"a:b"',
    '{"a":{"b":[1,{"c":null}]},"d":"{\\"e\\":1}"}',
    '{"a\\"b":1,"a\\\\":2,"\\\\\\"":3}',
    '{ "a" : "x\\\\" , "b" :\n"y" }',
    '[{"a":1},{"a":2}]',
    '{"1":1,"2":2,"":3}',
    '{"constructor":1,"toString":2}',
    '{"ключ":"значение","🗝":1}',
  ])('reads what JSON.parse reads: %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":{"b":1,"b":2}}',
    '[{"a":1},{"a":1,"a":2}]',
    '{"a":1,"\\u0061":2}',
    '{"a:":"","a:":""}',
    '{"\\\\":1,"\\u005c":2}',
  ])('refuses a name twice: %s', (text) => {
    expect(() => parse(text)).toThrow(/twice/);
  });

  it.each(['{"__proto__":1}', '{"a":[{"\\u005f_proto__":{}}]}'])('refuses %s', (text) => {
    expect(() => parse(text)).toThrow(/__proto__/);
  });

  it.each(['', '{', '{"a"}', '"', '{"a":1}}', "{'a':1}", '\ufeff{}', 'NaN', '{"a":"\\'])(
    'refuses %j as no JSON',
    (text) => {
      expect(() => parse(text)).toThrow(/not JSON/);
    },
  );

  it('tells a position, and nothing of the text', () => {
    expect(() => parse('{"secret": hunter2}')).toThrow(
      expect.objectContaining({ detail: expect.not.stringMatching(/hunter2|secret/) }),
    );
  });

  it('refuses depth and numbers of values before anything is made of them', () => {
    const { depth, values } = JSON_LIMITS;
    expect(parse('['.repeat(depth) + ']'.repeat(depth))).toBeDefined();
    expect(() => countNames('['.repeat(depth + 1))).toThrow(/deeper/);
    expect(() => countNames('['.concat('1,'.repeat(values + 1)))).toThrow(/more than/);
  });

  it('does not take what stands in strings for structure', () => {
    expect(countNames(`{"a":"${'[{:,'.repeat(100)}"}`)).toBe(1);
    expect(countNames(`{"a":"${'\\\\'.repeat(1000)}","b":"\\""}`)).toBe(2);
  });
});

describe('answers', () => {
  it('are encoded at any depth', () => {
    const at = new Date('2030-01-31T12:00:00Z');
    const answer = { a: Buffer.from('hello'), b: [{ at }], c: undefined, d: null, e: { f: new Uint8Array([0]) } };
    expect(encodeAnswer(answer)).toStrictEqual({
      a: 'aGVsbG8=',
      b: [{ at: '2030-01-31T12:00:00.000Z' }],
      d: null,
      e: { f: 'AA==' },
    });
  });

  it('keep a name that would be a prototype', () => {
    const tags: unknown = JSON.parse('{"__proto__":"x"}');
    expect(JSON.stringify(encodeAnswer({ tags }))).toBe('{"tags":{"__proto__":"x"}}');
  });

  it('are the bytes of a view, not of what it looks into', () => {
    const buffer = Buffer.from('secrethello');
    expect(encodeAnswer(buffer.subarray(6))).toBe('aGVsbG8=');
  });
});
