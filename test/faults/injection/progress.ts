const WIDTH = 24;
const EVERY_MS = 500;

/** A bar on the standard error, with what is being done; where that is no terminal, a line for each step. */
export class Progress {
  readonly #began = performance.now();
  #done = 0;
  #what = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly steps: number,
    private readonly count: () => string,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#what = what;
    this.#draw();
    if (this.out.isTTY) this.#timer = setInterval(() => this.#draw(), EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(this.#timer);
      this.#done += 1;
    }
  }

  end(): void {
    if (this.out.isTTY) this.out.write('\r\u001b[K');
  }

  #draw(): void {
    const filled = Math.round((WIDTH * this.#done) / this.steps);
    const bar = '#'.repeat(filled).padEnd(WIDTH, '.');
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(0).padStart(4);
    const line = `[${bar}] ${seconds} s  ${this.#what} (${this.count()})`;
    this.out.write(this.out.isTTY ? `\r\u001b[K${line.slice(0, this.out.columns - 1)}` : `${line}\n`);
  }
}
