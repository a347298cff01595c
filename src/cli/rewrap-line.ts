import type { EncryptionContext, RewrapItem, RewrapResult } from '../client/client.js';
import { isObject, type WireObject } from '../client/wire.js';
import type { Line } from './lines.js';
import { UsageError } from './usage-error.js';

/** A line of an inventory: `{"id": …, "ciphertext": base64, "context": {…}}`, and whatever else is in it. */
export interface InventoryLine extends RewrapItem {
  readonly id: string;
  readonly fields: WireObject;
}

/** @throws UsageError: which line, and what is wrong with it */
export function readInventoryLine({ number, text }: Line): InventoryLine {
  const fields = parse(text);
  const { id, ciphertext, context } = isObject(fields) ? fields : {};
  if (!isObject(fields) || typeof id !== 'string' || typeof ciphertext !== 'string' || !isContext(context)) {
    throw new UsageError(
      `Line ${number} is not like {"id": "17", "ciphertext": "S1NU…", "context": {"order": "17"}}; the context may be left out.`,
    );
  }
  const bytes = Buffer.from(ciphertext, 'base64');
  return { id, ciphertext: bytes, fields, ...(context === undefined ? {} : { context }) };
}

/** The line in the output: with the new ciphertext, or with why there is none. */
export function writeInventoryLine(result: RewrapResult<InventoryLine>): string {
  const { error: _, ...fields } = result.item.fields;
  return `${JSON.stringify({ ...fields, ...madeOf(result) })}\n`;
}

function madeOf(result: RewrapResult<InventoryLine>): object {
  if (result.outcome === 'skipped') return {};
  if (result.outcome === 'failed') return { error: { code: result.error.code, detail: result.error.detail } };
  const { ciphertext, authentic } = result;
  return { ciphertext: ciphertext.toString('base64'), ...(authentic === false ? { authentic } : {}) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isContext(value: unknown): value is EncryptionContext | undefined {
  return value === undefined || (isObject(value) && Object.values(value).every((one) => typeof one === 'string'));
}
