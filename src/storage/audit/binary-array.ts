/** OID of bytea. */
const BYTEA = 17;

/** A parameter for `bytea[]`, as PostgreSQL's array_recv takes it: as text every byte would cost several, here and there. */
export function binaryArray(values: readonly Buffer[]): Buffer {
  const array = Buffer.allocUnsafe(values.reduce((total, { length }) => total + 4 + length, 20));
  const header = [1, 0, BYTEA, values.length, 1];
  let at = header.reduce((end, number) => array.writeInt32BE(number, end), 0);
  for (const value of values) {
    at = array.writeInt32BE(value.length, at);
    at += value.copy(array, at);
  }
  return array;
}
