import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { KeysteadClient } from '../client/client.js';
import { toJson } from './json.js';
import { fields, table, type Column } from './table.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const DEFAULT_URL = 'http://127.0.0.1:7300';

/** The options that every command takes. */
interface GlobalOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly keyring: string;
  readonly json?: boolean;
}

export type OpenSession = (command: Command) => Session;

/** One run of a command: its client, and how it shows what it got. */
export class Session {
  readonly keyring: string;
  readonly json: boolean;
  readonly #options: GlobalOptions;

  constructor(
    readonly terminal: Terminal,
    command: Command,
  ) {
    this.#options = command.optsWithGlobals<GlobalOptions>();
    this.keyring = this.#options.keyring;
    this.json = this.#options.json === true;
  }

  /** @throws UsageError if there is no token */
  get client(): KeysteadClient {
    return this.#client(this.#token());
  }

  /** For what answers without a token. */
  get anonymousClient(): KeysteadClient {
    return this.#client(undefined);
  }

  /** To standard output: JSON with `--json`, else the text. */
  show(answer: object, text: () => string = () => fields(answer)): void {
    this.print(this.json ? toJson(answer) : text());
  }

  /** A list: JSON `{"items": […]}` with `--json`, else a table; and a hint if there is more. */
  showList<T extends object>(items: readonly T[], more: boolean, columns: readonly Column<T>[]): void {
    this.show(more ? { items, more } : { items }, () => table(columns, items, this.width));
    if (more) this.note(`There are more: --all shows all of them, --limit N the first N.\n`);
  }

  /** Of the terminal; undefined for a pipe. */
  get width(): number | undefined {
    return this.terminal.stdout.isTTY === true ? (this.terminal.stdout.columns ?? 100) : undefined;
  }

  print(text: string): void {
    this.terminal.stdout.write(text);
  }

  /** To standard error: what a person should know and a script need not. */
  note(text: string): void {
    if (!this.json) this.terminal.stderr.write(text);
  }

  #client(token: string | undefined): KeysteadClient {
    const url = this.#options.url ?? this.terminal.env['KEYSTEAD_URL'] ?? DEFAULT_URL;
    return new KeysteadClient({ url, token, keyring: this.keyring, signal: this.terminal.signal });
  }

  #token(): string {
    const { tokenFile } = this.#options;
    const token =
      tokenFile === undefined ? this.terminal.env['KEYSTEAD_TOKEN'] : readFileSync(tokenFile, 'utf8').trim();
    if (token !== undefined && token !== '') return token;
    if (tokenFile !== undefined) throw new UsageError(`${tokenFile} holds no token.`);
    throw new UsageError('No token: set KEYSTEAD_TOKEN, or give --token-file FILE.');
  }
}
