import { createHash, type Hash } from 'node:crypto';
import { readHeader, type ArchiveHeader } from './archive-header.js';
import { invalidBackup } from './invalid-backup.js';
import { isObject, parseLine } from './parse-line.js';

/**
 * What is sealed, and by what: the first line, so that nothing of a stranger's archive is taken in; all lines before each further part, so that no
 * more than one part is taken in of an archive that goes on otherwise; and all before the end.
 */
export interface ArchiveSeal {
  readonly label: 'backup-header' | 'backup-part' | 'backup';
  /** SHA-256. */
  readonly digest: Buffer;
  readonly seal: Buffer;
}

interface ArchiveEnd {
  /** Of all lines before, in hex. */
  readonly sha256: string;
  /** Of that, under the integrity key of the install, in base64. */
  readonly seal: string;
}

/** One line of the middle: a table begins, or a row of it. */
export type ArchiveLine = { readonly table: string } | { readonly row: string };

/** A row is one line; the longest hold a bundle of 256 audit records. */
const MAX_LINE = 128 * 2 ** 20;
/** Behind so many bytes the next line is a seal. */
const PART = 16 * 2 ** 20;

/**
 * The lines of an archive, each with its end.
 * @param lines each table, and then its rows
 * @param seal  keyed digest of the install over a SHA-256
 */
export async function* archiveLines(
  header: ArchiveHeader,
  lines: AsyncIterable<ArchiveLine>,
  seal: (label: ArchiveSeal['label'], digest: Buffer) => Buffer,
): AsyncGenerator<string, void> {
  const hash = createHash('sha256');
  const hashed = (line: string) => {
    hash.update(line);
    return line;
  };
  const sealed = (label: ArchiveSeal['label']) =>
    hashed(`${JSON.stringify(['seal', seal(label, hash.copy().digest()).toString('base64')])}\n`);
  yield hashed(`${JSON.stringify(header)}\n`);
  yield sealed('backup-header');
  let bytes = 0;
  for await (const line of lines) {
    if (bytes >= PART) {
      yield sealed('backup-part');
      bytes = 0;
    }
    const text = 'table' in line ? `${JSON.stringify(['table', line.table])}\n` : `${line.row}\n`;
    bytes += Buffer.byteLength(text);
    yield hashed(text);
  }
  const digest = hash.digest();
  const end: ArchiveEnd = { sha256: digest.toString('hex'), seal: seal('backup', digest).toString('base64') };
  yield `${JSON.stringify(['end', end])}\n`;
}

/** An archive as it is read: its header, then the lines, and at their end what vouches for them. */
export class OpenArchive {
  #end: ArchiveEnd | undefined;

  private constructor(
    readonly header: ArchiveHeader,
    readonly headerSeal: ArchiveSeal,
    private readonly hash: Hash,
    private readonly rest: AsyncIterator<string>,
  ) {}

  /** @throws KmsError invalid-backup */
  static async open(pieces: AsyncIterable<Uint8Array>): Promise<OpenArchive> {
    const lines = linesOf(pieces);
    const first = await lines.next();
    if (first.done === true) throw invalidBackup('it is empty');
    const header = readHeader(first.value);
    const hash = createHash('sha256').update(`${first.value}\n`);
    const digest = hash.copy().digest();
    const second = await lines.next();
    if (second.done === true) throw invalidBackup('it ends too early: it was cut off');
    const control = second.value.startsWith('[') ? readControl(second.value) : undefined;
    if (!control || !('seal' in control)) throw invalidBackup('its first line is not sealed');
    const headerSeal = { label: 'backup-header', digest, seal: Buffer.from(control.seal, 'base64') } as const;
    return new OpenArchive(header, headerSeal, hash.update(`${second.value}\n`), lines);
  }

  /**
   * All lines between header and end.
   * @param mustBeSealed of each part, before the next is taken in
   * @throws KmsError invalid-backup where it was cut off or changed
   */
  async *lines(mustBeSealed: (seal: ArchiveSeal) => void): AsyncGenerator<ArchiveLine, void> {
    let bytes = 0;
    for (let next = await this.rest.next(); next.done !== true; next = await this.rest.next()) {
      if (this.#end) throw invalidBackup('something follows its end');
      const line = next.value;
      const control = line.startsWith('[') ? readControl(line) : undefined;
      if (control && 'end' in control) {
        this.#end = control.end;
        continue;
      }
      if (control && 'seal' in control) {
        const digest = this.hash.copy().digest();
        mustBeSealed({ label: 'backup-part', digest, seal: Buffer.from(control.seal, 'base64') });
        bytes = 0;
      } else if (bytes >= PART) {
        throw invalidBackup('a part of it is not sealed');
      } else {
        bytes += Buffer.byteLength(line) + 1;
      }
      this.hash.update(line).update('\n');
      if (!control) yield { row: line };
      else if ('table' in control) yield control;
    }
    if (!this.#end) throw invalidBackup('it ends too early: it was cut off');
  }

  /**
   * To be called behind the last line.
   * @returns the SHA-256 of all that was read, and what it must be sealed with
   * @throws KmsError invalid-backup
   */
  finish(): ArchiveSeal {
    const digest = this.hash.digest();
    const end = this.#end;
    if (!end || digest.toString('hex') !== end.sha256) throw invalidBackup('its checksum is wrong: it was changed');
    return { label: 'backup', digest, seal: Buffer.from(end.seal, 'base64') };
  }
}

async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece: Uint8Array) => {
    try {
      return decoder.decode(piece, { stream: true });
    } catch (error) {
      throw invalidBackup('it is not UTF-8', error);
    }
  };
  let begun: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const [more = '', ...lines] = decode(piece).split('\n');
    begun.push(more);
    length += more.length;
    if (length > MAX_LINE) throw invalidBackup('a line of it is too long');
    const rest = lines.pop();
    if (rest === undefined) continue;
    yield begun.join('');
    yield* lines;
    begun = [rest];
    length = rest.length;
  }
  if (length > 0) throw invalidBackup('it ends within a line: it was cut off');
}

/** A line of the middle or the end that is no row. */
type Control = { readonly table: string } | { readonly seal: string } | { readonly end: ArchiveEnd };

function readControl(line: string): Control {
  const [kind, what] = parseLine(line) as readonly unknown[];
  if (kind === 'table' && typeof what === 'string') return { table: what };
  if (kind === 'seal' && typeof what === 'string') return { seal: what };
  const { sha256, seal } = (isObject(what) ? what : {}) as Partial<ArchiveEnd>;
  if (kind === 'end' && typeof sha256 === 'string' && typeof seal === 'string') return { end: { sha256, seal } };
  throw invalidBackup('it has a line of an unknown kind');
}
