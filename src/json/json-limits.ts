import { KmsError } from '../errors.js';

/** What a body may hold beyond its bytes: a small text can ask for a great deal of memory. */
export const JSON_LIMITS = { depth: 16, values: 1_000_000 } as const;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Counts the names in a JSON text, in one pass that jumps over strings. Meaningful only if the text is JSON at all.
 * @throws KmsError invalid-request when the text nests or holds more than `JSON_LIMITS`
 */
export function countNames(text: string): number {
  let names = 0;
  let values = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COLON:
        names++;
        break;
      case COMMA:
        values++;
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        values++;
        if (++depth > JSON_LIMITS.depth) throw beyond(`nests deeper than ${JSON_LIMITS.depth} levels`);
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
        break;
    }
    if (values > JSON_LIMITS.values) throw beyond(`holds more than ${JSON_LIMITS.values} values`);
  }
  return names;
}

/** Where the string that begins at `start` ends: the index of its closing quote, or the text's end. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
  }
  return text.length;
}

function beyond(what: string): KmsError {
  return new KmsError('invalid-request', `the body ${what}`);
}
