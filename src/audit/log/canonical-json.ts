/** The one text of a value: RFC 8785 for what has only well-formed strings, as `storable` makes them. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

/** The same value, with the fields of every object in the order in which RFC 8785 writes them. */
export function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return inOrder(value.toJSON());
  if (Array.isArray(value)) return value.map(inOrder);
  // Without a prototype: a field may be called `__proto__`.
  const ordered = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(value).toSorted()) ordered[name] = inOrder((value as Record<string, unknown>)[name]);
  return ordered;
}
