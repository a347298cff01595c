import { KeysteadError } from './keystead-error.js';

/** A JSON object as the service sends it. */
export type WireObject = Readonly<Record<string, unknown>>;

/** An input in the shape of a JSON body: bytes become base64, dates ISO 8601, and what is undefined is left out. */
export function toWire(input: object): WireObject {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (value instanceof Uint8Array) body[name] = asBuffer(value).toString('base64');
    else body[name] = value instanceof Date ? value.toISOString() : value;
  }
  return body;
}

/**
 * An answer in which the named fields, where present, are Buffers.
 * @throws KeysteadError unexpected-answer if one of them is not a string
 */
export function fromWire<T extends object>(answer: T, byteFields: readonly (keyof T & string)[]): T {
  if (!isObject(answer)) {
    throw new KeysteadError(
      'unexpected-answer',
      'The answer is not a JSON object: is the address that of a Keystead server?',
    );
  }
  const output = { ...answer };
  for (const name of byteFields) {
    const value: unknown = answer[name];
    if (value === undefined) continue;
    if (typeof value !== 'string')
      throw new KeysteadError('unexpected-answer', `'${name}' in the answer is not base64.`);
    Object.assign(output, { [name]: Buffer.from(value, 'base64') });
  }
  return output;
}

export function isObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null;
}

/** The same bytes as a Buffer, not a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
