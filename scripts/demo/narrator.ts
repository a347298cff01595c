import type { WriteStream } from 'node:tty';

const COLOURS = { dim: 2, bold: 1, green: 32, red: 31 } as const;
const TIME_WIDTH = 9;

/** Tells what happens, how long it took, and what was checked; counts the checks. */
export class Narrator {
  readonly #start = performance.now();
  #checks = 0;

  constructor(private readonly out: WriteStream) {
    // Whoever listens may leave before the end; the demo goes on, and cleans up.
    out.on('error', () => undefined);
  }

  title(text: string): void {
    this.#print(`\n${this.#paint('bold', text)}\n`);
  }

  /** Does it and tells how long it took. @returns what it gave */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.#print(`${this.#paint('dim', inSeconds(performance.now() - start).padStart(TIME_WIDTH))}  ${what}`);
    return result;
  }

  /** @throws Error if it does not hold: the demo ends there */
  check(what: string, holds: boolean): void {
    if (!holds) throw new Error(`not so: ${what}`);
    this.#checks += 1;
    this.#print(`${' '.repeat(TIME_WIDTH)}  ${this.#paint('green', '✓')} ${what}`);
  }

  line(text: string): void {
    this.#print(`${' '.repeat(TIME_WIDTH)}  ${this.#paint('dim', text)}`);
  }

  fail(error: unknown): void {
    this.#print(`\n${this.#paint('red', '✗')} ${error instanceof Error ? error.message : String(error)}\n`);
  }

  end(): void {
    const time = inSeconds(performance.now() - this.#start);
    this.#print(`\n${this.#paint('bold', `All ${this.#checks} checks held, in ${time}. Nothing is left behind.`)}\n`);
  }

  #paint(colour: keyof typeof COLOURS, text: string): string {
    const plain = !this.out.isTTY || process.env['NO_COLOR'];
    return plain ? text : `\u001b[${COLOURS[colour]}m${text}\u001b[0m`;
  }

  #print(text: string): void {
    this.out.write(`${text}\n`);
  }
}

function inSeconds(milliseconds: number): string {
  return milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
