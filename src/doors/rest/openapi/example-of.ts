import type { JsonSchema } from './schema-book.js';

/** An example of a body: its required fields, and those others for which an example is given. */
export function exampleOf(schema: JsonSchema): unknown {
  const { examples, properties, required = [], type, minimum = 1, enum: words } = schema;
  if ('example' in schema) return schema['example'];
  if (examples) return examples[0];
  if (properties) {
    const chosen = Object.entries(properties).filter(([name, field]) => required.includes(name) || 'examples' in field);
    return Object.fromEntries(chosen.map(([name, field]) => [name, exampleOf(field)]));
  }
  if (words) return words[0];
  if (type === 'integer') return minimum;
  if (type === 'boolean') return true;
  return type === 'string' ? '…' : {};
}
