import type { Readable } from 'node:stream';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

type Keyboard = Readable & { setRawMode?(on: boolean): unknown };

const ENTER = new Set(['\r', '\n']);
const RUBOUT = new Set(['\x7f', '\b']);
const CTRL_C = '\x03';
const CTRL_D = '\x04';

/**
 * Asks questions one after the other: on a terminal by prompts, secrets without echo; from a pipe a line each, without prompts, so
 * that a script can answer.
 */
export class Prompt {
  #rest = '';
  readonly #decoder = new TextDecoder();
  readonly #keyboard: Keyboard;
  readonly #keys: AsyncIterator<Buffer | string>;

  constructor(private readonly terminal: Terminal) {
    this.#keyboard = terminal.stdin;
    this.#keys = this.#keyboard[Symbol.asyncIterator]();
  }

  /** @throws UsageError where there is no answer */
  async ask(question: string): Promise<string> {
    return this.#read(question, true);
  }

  /** @throws UsageError where there is no answer */
  async askSecret(question: string): Promise<string> {
    return this.#read(question, false);
  }

  /** Lets the process end. */
  close(): void {
    this.#keyboard.destroy();
  }

  async #read(question: string, echo: boolean): Promise<string> {
    const isTerminal = this.terminal.stdin.isTTY === true;
    const show = (text: string) => isTerminal && this.terminal.stderr.write(text);
    // The echo is off before there is a question that somebody could answer.
    if (isTerminal) this.#keyboard.setRawMode?.(true);
    show(`${question}: `);
    let typed = '';
    try {
      for (;;) {
        const key = await this.#next();
        // The last line of a pipe may have no end.
        if (key === undefined && typed !== '' && !isTerminal) return typed;
        if (key === undefined || key === CTRL_C || (key === CTRL_D && typed === '')) throw noAnswer(question);
        if (ENTER.has(key)) return typed;
        if (isTerminal && RUBOUT.has(key)) {
          if (echo && typed !== '') show('\b \b');
          typed = Array.from(typed).slice(0, -1).join('');
        } else {
          typed += key;
          if (echo) show(key);
        }
      }
    } finally {
      if (isTerminal) this.#keyboard.setRawMode?.(false);
      show('\n');
    }
  }

  /** One character; undefined at the end. */
  async #next(): Promise<string | undefined> {
    while (this.#rest === '') {
      const { value, done } = await this.#keys.next();
      if (done === true) return undefined;
      this.#rest = typeof value === 'string' ? value : this.#decoder.decode(value, { stream: true });
    }
    const [key = ''] = this.#rest;
    this.#rest = this.#rest.slice(key.length);
    return key;
  }
}

function noAnswer(question: string): UsageError {
  return new UsageError(`${question}: no answer.`);
}
