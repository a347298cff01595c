import { createHash } from 'node:crypto';
import { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';

const FIRST_LINE = 'keystead-root-key-file 1';
const KEY_BYTES = 32;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const HEX_DIGITS = Buffer.from('0123456789abcdef');
const ID = /^id (local:[0-9a-f]{32})$/;
const KEY = /^key ([1-9]\d{0,8}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

export interface RootKeyVersion {
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string;
  /** 32 bytes. */
  readonly key: Secret;
}

/** The content of a local root key file. */
export interface RootKeyFile {
  /** `local:` and 32 hex digits, drawn when the file was made. */
  readonly id: string;
  /** By version number, oldest first. Never empty. */
  readonly versions: ReadonlyMap<number, RootKeyVersion>;
  readonly newest: number;
}

/**
 * The file's text, format 1: ASCII lines, each ended by a line feed.
 *
 *     keystead-root-key-file 1
 *     id local:<32 hex digits>
 *     key <version> <time of creation> <64 hex digits>        one line per version, ascending
 *     checksum <64 hex digits>                                SHA-256 of everything above this line
 *
 * The checksum finds damage, not malice: who can write the file can also compute it. The caller zeroes the result.
 */
export function formatRootKeyFile(file: Pick<RootKeyFile, 'id' | 'versions'>): Buffer {
  const parts: Buffer[] = [Buffer.from(`${FIRST_LINE}\nid ${file.id}\n`)];
  for (const [version, { createdAt, key }] of file.versions) {
    parts.push(Buffer.from(`key ${version} ${createdAt} `), toHex(key.bytes), Buffer.from('\n'));
  }
  const body = Buffer.concat(parts);
  const text = Buffer.concat([body, Buffer.from(`checksum ${createHash('sha256').update(body).digest('hex')}\n`)]);
  for (const part of [...parts, body]) part.fill(0);
  return text;
}

/**
 * Reads what `formatRootKeyFile` wrote. Key digits go from buffer to buffer and are never a string, which could not be
 * zeroed. The caller zeroes `text`.
 * @param path for the sentence of the error only
 * @throws KmsError wrong-root-key
 */
export function parseRootKeyFile(text: Buffer, path: string): RootKeyFile {
  const lines = linesOf(text);
  const checksumLine = lines.pop()?.toString('latin1');
  const body = text.subarray(0, text.length - (checksumLine?.length ?? 0) - 1);
  if (lines[0]?.toString('latin1') !== FIRST_LINE) {
    throw new KmsError('wrong-root-key', `${path} is not a Keystead root key file (format 1). Check the path`);
  }
  const id = ID.exec(lines[1]?.toString('latin1') ?? '')?.[1];
  const versions = new Map<number, RootKeyVersion>();
  let newest = 0;
  let whole = id !== undefined && checksumLine === `checksum ${createHash('sha256').update(body).digest('hex')}`;
  for (const line of lines.slice(2)) {
    const split = line.lastIndexOf(SPACE);
    const [, number, createdAt] = KEY.exec(line.subarray(0, Math.max(0, split)).toString('latin1')) ?? [];
    const key = fromHex(line.subarray(split + 1));
    if (!key || createdAt === undefined || Number(number) <= newest) whole = false;
    else versions.set((newest = Number(number)), { createdAt, key: new Secret(key) });
  }
  if (!whole || id === undefined || newest === 0) {
    forget({ versions });
    throw new KmsError(
      'wrong-root-key',
      `The root key file ${path} is damaged (a line or the checksum is wrong). Put it back from a backup`,
    );
  }
  return { id, versions, newest };
}

/** Zeroes every key of the file. */
export function forget(file: Pick<RootKeyFile, 'versions'>): void {
  for (const { key } of file.versions.values()) key.destroy();
}

function linesOf(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0, end; (end = text.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
    lines.push(text.subarray(start, end));
  }
  // Bytes after the last line feed mean that the end of the file is missing or foreign.
  return text.at(-1) === NEWLINE ? lines : [];
}

function toHex(bytes: Buffer): Buffer {
  const hex = Buffer.alloc(bytes.length * 2);
  bytes.forEach((byte, i) => {
    hex[2 * i] = HEX_DIGITS[byte >> 4] ?? 0;
    hex[2 * i + 1] = HEX_DIGITS[byte & 15] ?? 0;
  });
  return hex;
}

function fromHex(hex: Buffer): Buffer | undefined {
  if (hex.length !== KEY_BYTES * 2) return undefined;
  const bytes = Buffer.alloc(KEY_BYTES);
  for (const [i, digit] of hex.entries()) {
    const value = HEX_DIGITS.indexOf(digit);
    if (value < 0) {
      bytes.fill(0);
      return undefined;
    }
    bytes[i >> 1] = ((bytes[i >> 1] ?? 0) << 4) | value;
  }
  return bytes;
}
