import { isUtf8 } from 'node:buffer';
import { KmsError } from '../errors.js';
import { countNames } from './json-limits.js';

/**
 * JSON, strictly: well-formed UTF-8, within `JSON_LIMITS`, no name twice in an object (of two values each reader might
 * take another one), and no `__proto__`.
 * @throws KmsError invalid-request, which quotes nothing of the text but a name
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new KmsError('invalid-request', 'the body is not UTF-8');
  const text = bytes.toString('utf8');
  const names = countNames(text);
  const value = parse(text);
  if (namesIn(value) !== names)
    throw new KmsError('invalid-request', 'the body names a field twice in the same object');
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    throw new KmsError(
      'invalid-request',
      `the body is not JSON${position === undefined ? '' : ` (at character ${position})`}`,
    );
  }
}

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += namesIn(item);
    return count;
  }
  for (const [name, field] of Object.entries(value)) {
    if (name === '__proto__') throw new KmsError('invalid-request', '__proto__: no field has this name');
    count += 1 + namesIn(field);
  }
  return count;
}
