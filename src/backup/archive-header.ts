import { invalidBackup } from './invalid-backup.js';
import { isObject, parseLine } from './parse-line.js';

/** What an archive says of itself in its first line. docs/formats/backup.md. */
export interface ArchiveHeader {
  readonly keystead: 'backup';
  readonly format: 1;
  /** UUID of the backup: also in the record of its making. */
  readonly id: string;
  readonly createdAt: string;
  /** Of the release that made it. */
  readonly release: string;
  /** Names of the migrations that its tables have gone through. */
  readonly schema: readonly string[];
  /** Ids of the roots that wrap its keys. */
  readonly roots: readonly string[];
  /** The newest signed checkpoint of its audit log, and the key of the log. */
  readonly checkpoint: string;
  readonly verifierKey: string;
  /** Wrappings of the key that the archive is sealed by, blobs in base64. */
  readonly integrityKey: readonly HeaderWrapping[];
}

export interface HeaderWrapping {
  readonly rootId: string;
  readonly rootVersion: number;
  readonly blob: string;
}

const FORMAT = 1;

/** @throws KmsError invalid-backup */
export function readHeader(line: string): ArchiveHeader {
  const header = parseLine(line) as Partial<ArchiveHeader> | null;
  if (header?.keystead !== 'backup') throw invalidBackup('it is no backup of Keystead');
  if (header.format !== FORMAT) {
    throw invalidBackup(`its format is ${String(header.format)}, and this release reads ${FORMAT}`);
  }
  const { id, createdAt, release, schema, roots, checkpoint, verifierKey, integrityKey } = header;
  const texts = [id, createdAt, release, checkpoint, verifierKey];
  const isWhole =
    texts.every((text) => typeof text === 'string') &&
    [schema, roots].every(Array.isArray) &&
    Array.isArray(integrityKey) &&
    integrityKey.every(isWrapping);
  if (!isWhole) throw invalidBackup('its first line is not whole');
  return header as ArchiveHeader;
}

function isWrapping(value: unknown): value is HeaderWrapping {
  const { rootId, rootVersion, blob } = (isObject(value) ? value : {}) as Partial<HeaderWrapping>;
  return typeof rootId === 'string' && Number.isSafeInteger(rootVersion) && typeof blob === 'string';
}
