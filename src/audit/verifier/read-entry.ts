/** The fields of a record as whoever has the log says; undefined for what is no JSON object. */
export function readEntry(entry: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(entry).toString());
    return typeof fields === 'object' && fields !== null ? (fields as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
