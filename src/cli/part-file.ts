import { createReadStream, existsSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { linesOf, type Line } from './lines.js';
import { mustBeFree, putInPlace, type OutputFile } from './output-file.js';

const WRITTEN_AT_ONCE = 2 ** 16;

/**
 * An output of lines that is written under another name until it is whole, so that there is never half a file under its own. What is broken
 * off is gone on with: the lines that were written are kept.
 */
export class PartFile {
  #waiting: string[] = [];
  #waitingBytes = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly target: OutputFile,
  ) {}

  /**
   * @param path where it is written until it is whole
   * @param keep told of each line that is there, before anything is written. @throws to refuse them
   * @throws UsageError if the target exists and may not be replaced
   */
  static async open(path: string, target: OutputFile, keep: (line: Line) => Promise<void>): Promise<PartFile> {
    mustBeFree(target);
    let whole = 0;
    if (existsSync(path)) {
      for await (const line of linesOf(createReadStream(path))) {
        if (!line.ended) break;
        await keep(line);
        whole = line.end;
      }
    }
    const handle = await open(path, 'a', target.mode);
    await handle.truncate(whole);
    return new PartFile(handle, path, target);
  }

  /** @param line ended */
  async write(line: string): Promise<void> {
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (this.#waitingBytes >= WRITTEN_AT_ONCE) await this.#flush();
  }

  /** It is whole: it gets its name. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.handle.sync();
    await putInPlace(this.path, this.target);
  }

  /** What was written so far is kept. */
  async close(): Promise<void> {
    await this.#flush().catch(() => undefined);
    await this.handle.close();
  }

  async #flush(): Promise<void> {
    const text = this.#waiting.join('');
    [this.#waiting, this.#waitingBytes] = [[], 0];
    if (text !== '') await this.handle.appendFile(text);
  }
}
