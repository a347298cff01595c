import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

/**
 * Bytes on the command line: base64, or `@FILE`, a file that holds them raw or in base64.
 * @param what for the sentence of a refusal
 */
export async function readValue(text: string, what: string): Promise<Buffer> {
  if (!text.startsWith('@')) return decode(text) ?? refuse(what);
  const bytes = await readFile(text.slice(1));
  return decode(bytes.toString('latin1')) ?? bytes;
}

function decode(text: string): Buffer | undefined {
  const compact = text.replaceAll(/\s/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(compact) ? Buffer.from(compact, 'base64') : undefined;
}

function refuse(what: string): never {
  throw new UsageError(`The ${what} must be base64, or @FILE for a file that holds it.`);
}
