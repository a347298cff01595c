/** A field of an answer whose shape is not known; undefined if there is no such field. */
export function fieldOf(value: unknown, name: string): unknown {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return field;
}
