import { describe, expect, it } from '@jest/globals';
import { JsonLogger } from '../../../src/telemetry/json-logger.js';
import { redact } from '../../../src/telemetry/redact.js';

const TOKEN = 'kst_0123456789abcdef_0123456789012345678901234567890123456789012abcdef';

/** Of other kinds, each in its form. */
const SECRETS = [
  `keystead-share-0123456789abcdef-01-${'0a'.repeat(32)}-01234567`,
  `AGE-SECRET-KEY-1${'QPZRY9X8'.repeat(7)}`,
  `hvs.${'CAESIJ-_'.repeat(4)}`,
];

function logged(work: (logger: JsonLogger) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  work(new JsonLogger('info', (line) => lines.push(line)));
  return lines.map((line) => {
    expect(line.endsWith('\n')).toBe(true);
    const fields: Record<string, unknown> = JSON.parse(line);
    return fields;
  });
}

describe('the log', () => {
  it('writes one JSON object a line, with level and context', () => {
    const [first, second] = logged((logger) => {
      logger.log('started', 'app');
      logger.error({ message: 'broke', requestId: 'r1' }, 'http');
    });
    expect(first).toMatchObject({ level: 'info', message: 'started', context: 'app' });
    expect(second).toMatchObject({ level: 'error', message: 'broke', requestId: 'r1', context: 'http' });
  });

  it('leaves out what is less important than asked', () => {
    expect(logged((logger) => logger.debug('detail'))).toEqual([]);
  });

  it('writes errors with their cause', () => {
    const error = new Error('could not', { cause: new Error('the disk') });
    expect(logged((logger) => logger.error(error))[0]).toMatchObject({
      error: { name: 'Error', message: 'could not', cause: { message: 'the disk' } },
    });
  });

  it('keeps secrets out: by name, by form, and bytes', () => {
    const fields = {
      authorization: `Bearer ${TOKEN}`,
      nested: [{ password: 'hunter2', importToken: 'x', rootKey: 'y', plaintext: 'p', keyId: 'k1' }],
      material: Buffer.from('hunter2'),
      bytes: Buffer.from('hunter2'),
      url: 'postgres://app:hunter2@db/keystead',
      note: `token ${TOKEN} was used`,
      texts: SECRETS.map((secret) => `it was ${secret}: no`),
    };
    const [line] = logged((logger) => logger.warn(fields));
    const text = JSON.stringify(line);
    expect(text).not.toContain('hunter2');
    for (const secret of [TOKEN, ...SECRETS]) expect(text).not.toContain(secret);
    expect(text).toContain('k1');
    expect(line).toMatchObject({ url: 'postgres://app:[redacted]@db/keystead', bytes: '[7 bytes]' });
  });

  it('writes what refers to itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redact(loop))).toContain('[…]');
  });
});
