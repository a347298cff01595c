/** The few parts of DER (X.690) that fixed key encodings are made of. */
export const SEQUENCE = 0x30;
export const OCTET_STRING = 0x04;
export const BIT_STRING = 0x03;

/** One tag-length-value with definite length, up to 65,535 bytes of contents. */
export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  const header =
    length < 0x80
      ? Buffer.of(tag, length)
      : length < 0x100
        ? Buffer.of(tag, 0x81, length)
        : Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  const whole = Buffer.concat([header, body]);
  body.fill(0);
  return whole;
}

/** SEQUENCE { OBJECT IDENTIFIER … }: an AlgorithmIdentifier without parameters, or with a named curve. */
export function algorithmIdentifier(...oidsHex: readonly string[]): Buffer {
  return der(SEQUENCE, ...oidsHex.map((oid) => der(0x06, Buffer.from(oid, 'hex'))));
}

/** Whether `bytes` is exactly one SEQUENCE: nothing is missing and nothing follows it. */
export function isOneSequence(bytes: Buffer): boolean {
  if (bytes.length < 2 || bytes[0] !== SEQUENCE) return false;
  const first = bytes[1]!;
  if (first < 0x80) return bytes.length === 2 + first;
  const count = first & 0x7f;
  if (count < 1 || count > 3 || bytes.length < 2 + count) return false;
  return bytes.length === 2 + count + bytes.readUIntBE(2, count);
}
