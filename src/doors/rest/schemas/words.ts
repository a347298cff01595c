import { z } from 'zod';

/** Bytes, in canonical RFC 4648 base64 with padding → Buffer. */
export function bytes(description: string) {
  return z
    .string()
    .meta({ description, contentEncoding: 'base64', examples: ['aGVsbG8='] })
    .transform((text, { issues }) => {
      const decoded = Buffer.from(text, 'base64');
      if (decoded.toString('base64') !== text) {
        issues.push({ code: 'custom', message: 'must be base64 (RFC 4648 section 4, with padding)', input: text });
      }
      return decoded;
    });
}

/** A moment in ISO 8601 with its offset → Date. */
export function time(description: string) {
  return z.iso
    .datetime({ offset: true, error: 'must be a time in ISO 8601 with an offset, such as 2030-01-31T12:00:00Z' })
    .meta({ description, format: 'date-time', examples: ['2030-01-31T12:00:00Z'] })
    .transform((text) => new Date(text));
}

/** Text for people: well-formed Unicode without control characters but line ends and tabs. */
export function text(description: string, max: number) {
  return z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed() && !CONTROL.test(value), { error: 'must hold no control characters' })
    .meta({ description });
}

/** An id, a name or an alias, as a reference to what exists: whether it does is for the operation to say. */
export function ref(description: string, example: string) {
  return z
    .string()
    .min(1)
    .max(256)
    .refine((value) => value.isWellFormed() && !ANY_CONTROL.test(value), { error: 'must hold no control characters' })
    .meta({ description, examples: [example] });
}

/** A number in a path or a query. */
export function numeral(description: string, { min, max }: { readonly min: number; readonly max: number }) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error })
    .meta({ description, pattern: '^[0-9]+$', examples: [String(min)] })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
}

export const MAX_VERSION = 2 ** 31 - 1;

export const version = z
  .int()
  .min(1)
  .max(MAX_VERSION)
  .meta({ description: 'A version of the key. Default: the primary.' });

export const context = z.record(z.string(), z.string()).meta({
  description:
    'Encryption context: bound to the ciphertext and not stored in it. Decryption must give the same pairs. Not secret: its names are in the audit records.',
  examples: [{ tenant: 'acme' }],
});

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;
// eslint-disable-next-line no-control-regex
const ANY_CONTROL = /[\x00-\x1f\x7f]/;
