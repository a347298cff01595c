import type { Readable } from 'node:stream';

/** How many of the last lines are kept, to say why a server did not start. */
const KEPT = 20;

/** Hands on a stream's lines as they come and keeps the last ones. */
export class LogLines {
  readonly #last: string[] = [];

  constructor(stream: Readable, onLine: (line: string) => void) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#last.push(line);
        if (this.#last.length > KEPT) this.#last.shift();
        onLine(line);
      }
    });
  }

  last(): string {
    return this.#last.join('\n');
  }
}
