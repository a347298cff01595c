import { NotVerified } from './not-verified.js';

/**
 * The records of a bundle of tlog-tiles: each after its length, big-endian.
 * @throws NotVerified for what is cut short
 */
export function splitBundle(bundle: Buffer, index: number): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const end = at + 2 + (at + 1 < bundle.length ? bundle.readUInt16BE(at) : bundle.length);
    if (end > bundle.length) {
      const where = `of the records ${index * 256} to ${index * 256 + 255} number ${index * 256 + entries.length}`;
      throw new NotVerified(`${where} ends before its length says: it was changed, or cut off`);
    }
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
