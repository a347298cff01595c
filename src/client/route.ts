import { KeysteadError } from './keystead-error.js';

export type Query = Readonly<Record<string, string | number | boolean | Date | readonly string[] | undefined>>;

/**
 * A path whose values are escaped: route`/keyrings/${keyring}/keys/${key}`.
 * @throws KeysteadError invalid-request for an empty value, and for `.` and `..`, which would change the path
 */
export function route(literals: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return literals.reduce((path, literal, i) => path + segment(values[i - 1]) + literal);
}

/** `?a=1&b=2`, without what is undefined; dates in ISO 8601, a list as one name for each. Empty for nothing. */
export function queryString(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    const texts = Array.isArray(value) ? value : [value instanceof Date ? value.toISOString() : String(value)];
    for (const text of texts) search.append(name, text);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function segment(value: string | number | undefined): string {
  const text = String(value ?? '');
  if (text === '' || text === '.' || text === '..') {
    throw new KeysteadError('invalid-request', `'${text}' is not a name or an id: give one of what already exists.`);
  }
  return encodeURIComponent(text);
}
