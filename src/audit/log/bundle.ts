/** An entry's length has 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;

/** Entries as tlog-tiles bundles them: each after its length, big-endian. */
export function bundleOf(entries: readonly Buffer[]): Buffer {
  const bundle = Buffer.allocUnsafe(entries.reduce((total, { length }) => total + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    at = bundle.writeUInt16BE(entry.length, at);
    at += entry.copy(bundle, at);
  }
  return bundle;
}

/** @throws RangeError for what is cut short */
export function entriesOf(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) throw new RangeError('the bundle ends inside an entry');
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
