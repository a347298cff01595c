import { NotVerified } from '../audit/verifier/not-verified.js';

const BLOCK = 512;
const MAGIC = 'ustar\0';
/** Where a header has its fields. POSIX.1-1988, ustar. */
const NAME = 100;
const SIZE_AT = 124;
const SUM_AT = 148;
const TYPE_AT = 156;
const MAGIC_AT = 257;

/** Files as an archive of tar (ustar), without times or owners: the same files give the same bytes. */
export function* tarOf(files: ReadonlyMap<string, Buffer>): Generator<Buffer, void> {
  for (const [name, content] of files) {
    yield headerOf(name, content.length);
    yield content;
    yield Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, NAME, 'ascii');
  header.write('0000600\0' + '0000000\0'.repeat(2), NAME, 'ascii');
  header.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        0`, SIZE_AT, 'ascii');
  header.write(`${MAGIC}00`, MAGIC_AT, 'ascii');
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, SUM_AT, 'ascii');
  return header;
}

/** With spaces in place of the sum itself. */
function sumOf(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= SUM_AT && at < TYPE_AT ? 0x20 : byte), 0);
}

/** Whether a file begins like an archive of tar. */
export function isTar(file: Buffer): boolean {
  return file.subarray(MAGIC_AT, MAGIC_AT + 5).toString('latin1') === 'ustar';
}

/** The files of an archive that has nothing but files. @throws NotVerified for what is cut short, twice there, or no such archive */
export function readTar(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) {
      if (archive.subarray(at).some((byte) => byte !== 0))
        throw new NotVerified('there is something behind the end of the archive');
      return files;
    }
    const name = header.subarray(0, NAME).toString('latin1').split('\0')[0] ?? '';
    const size = /^[0-7]{11}\0$/.exec(header.subarray(SIZE_AT, SIZE_AT + 12).toString('latin1'));
    const isFile = isTar(header) && ['0', '\0'].includes(String.fromCharCode(header[TYPE_AT] ?? 1));
    const sum = Number.parseInt(header.subarray(SUM_AT, SUM_AT + 6).toString('latin1'), 8);
    if (!isFile || !size || sum !== sumOf(header))
      throw new NotVerified('the archive is not as it was written: its headers were changed');
    const start = at + BLOCK;
    const end = start + Number.parseInt(size[0], 8);
    if (end > archive.length) throw new NotVerified(`the archive is cut off in ${name}`);
    if (files.has(name)) throw new NotVerified(`${name} is in the archive twice`);
    files.set(name, archive.subarray(start, end));
    at = start + Math.ceil((end - start) / BLOCK) * BLOCK;
    if (archive.subarray(end, at).some((byte) => byte !== 0))
      throw new NotVerified(`there is something behind ${name}`);
  }
  throw new NotVerified('the archive is cut off');
}
