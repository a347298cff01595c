const REDACTED = '[redacted]';
const MAX_DEPTH = 6;
const MAX_ITEMS = 64;
const SECRET_NAME =
  /token|secret|password|passphrase|authorization|cookie|credential$|plaintext|material|(private|root|wrapping|api|access|data)_?key$|databaseUrl|connectionString/i;
/** An API token, a share of a root key, a secret key of age, a token of Vault. */
const SECRET =
  /kst_[0-9A-Za-z]{4,}_[0-9A-Za-z]+|keystead-share-[0-9a-f-]+|AGE-SECRET-KEY-1[0-9A-Z]+|\bhv[sbr]\.[\w-]+/g;
const URL_PASSWORD = /(:\/\/[^\s:@/]*:)[^\s@/]+@/g;

/**
 * A value as it may be logged: bytes and fields whose name tells of a secret are left out, at any depth; in texts, what
 * has the form of a secret, and the passwords of URLs.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[…]';
  if (value instanceof Date) return value.toJSON();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  if (value instanceof Error) return redactError(value, depth);
  return redactFields(value, depth);
}

/** The fields of an object, each as it may be logged. */
export function redactFields(value: object, depth = 0): Record<string, unknown> {
  const fields = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    fields.map(([name, field]) => [name, isSecret(name, field) ? REDACTED : redact(field, depth + 1)]),
  );
}

function redactError(error: Error, depth: number): object {
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: redactText(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

function isSecret(name: string, field: unknown): boolean {
  return field !== null && field !== undefined && typeof field !== 'boolean' && SECRET_NAME.test(name);
}

function redactText(text: string): string {
  return text.replace(SECRET, REDACTED).replace(URL_PASSWORD, `$1${REDACTED}@`);
}
