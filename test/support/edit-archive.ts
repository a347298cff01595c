import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';

/** What somebody does who can read a backup and writes another one out of it: the checksum is right, only the seal cannot be made. */
export class ArchiveEditor {
  private constructor(readonly lines: readonly string[]) {}

  static async open(archive: Buffer, identity: string): Promise<ArchiveEditor> {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const text = gunzipSync(await decrypter.decrypt(archive)).toString();
    return new ArchiveEditor(text.split('\n').slice(0, -1));
  }

  get end(): string {
    return this.lines.at(-1) ?? '';
  }

  /** @param end of the archive: default its own, with the checksum of the new lines */
  static async write(recipient: string, lines: readonly string[], end: string): Promise<Buffer> {
    const body = lines.map((line) => `${line}\n`).join('');
    const [kind, about] = JSON.parse(end) as [string, { readonly seal: string }];
    const sha256 = createHash('sha256').update(body).digest('hex');
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return Buffer.from(await encrypter.encrypt(gzipSync(`${body}${JSON.stringify([kind, { ...about, sha256 }])}\n`)));
  }

  /** Without the last line. */
  get body(): readonly string[] {
    return this.lines.slice(0, -1);
  }
}
