import { BINARY_TYPES, type ColumnType } from './binary-types.js';

const HEADER_BYTES = 20;
const NULL = -1;

/** A parameter for an array of this type, as PostgreSQL's array_recv takes it: text would cost several times as much, here and there. */
export function binaryArray(type: ColumnType, values: readonly unknown[]): Buffer {
  const { oid, size, write } = BINARY_TYPES[type];
  const lengths = values.map((value) => (value === null ? NULL : size(value as never)));
  const array = Buffer.allocUnsafe(lengths.reduce((total, length) => total + 4 + Math.max(0, length), HEADER_BYTES));
  const header = [1, lengths.includes(NULL) ? 1 : 0, oid, values.length, 1];
  let at = header.reduce((end, number) => array.writeInt32BE(number, end), 0);
  for (const [nth, length] of lengths.entries()) {
    at = array.writeInt32BE(length, at);
    if (length === NULL) continue;
    write(array, values[nth] as never, at);
    at += length;
  }
  return array;
}
