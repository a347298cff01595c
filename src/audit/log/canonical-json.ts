/** The one text of a value: RFC 8785 for what has only well-formed strings, as `storable` makes them. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field) ? sorted(field) : field,
  );
}

function sorted(fields: object): object {
  // Without a prototype: a field may be called `__proto__`.
  const ordered = Object.create(null) as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))) ordered[name] = field;
  return ordered;
}
