const MAGIC = Buffer.from('KST');
const FORMAT = 1;
const LINEAGE_AT = 6;
const VERSION_AT = 22;
/** Of the smallest ciphertext: header with a 12-byte nonce, commitment and tag. */
const LEAST_BYTES = 94;

/** What a ciphertext says of the key that made it: docs/formats/ciphertext.md. Not authentic until it is opened. */
export interface CiphertextHeader {
  readonly lineageId: string;
  readonly version: number;
}

/** @returns undefined for what is no ciphertext of format 1 */
export function readCiphertextHeader(ciphertext: Buffer): CiphertextHeader | undefined {
  const isOne = ciphertext.length >= LEAST_BYTES && ciphertext.subarray(0, 3).equals(MAGIC) && ciphertext[3] === FORMAT;
  if (!isOne) return undefined;
  const hex = ciphertext.toString('hex', LINEAGE_AT, VERSION_AT);
  return {
    lineageId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    version: ciphertext.readUInt32BE(VERSION_AT),
  };
}
