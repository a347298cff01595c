import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { KeysteadClient } from '../client/client.js';
import { toJson } from './json.js';
import { SessionFile } from './session-file.js';
import { fields, table, type Column } from './table.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const DEFAULT_URL = 'http://127.0.0.1:7300';

/** Options of TLS, and the variables that stand for them. */
const VARIABLES = {
  caCert: 'KEYSTEAD_CA_CERT',
  serverPin: 'KEYSTEAD_SERVER_PIN',
  clientCert: 'KEYSTEAD_CLIENT_CERT',
  clientKey: 'KEYSTEAD_CLIENT_KEY',
} as const;

/** The options that every command takes. */
interface GlobalOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly caCert?: string;
  readonly serverPin?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly approval?: string;
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

  /** @throws UsageError if there is neither a token nor a client certificate */
  get client(): KeysteadClient {
    const token = this.#token();
    if (token === undefined && this.#setting('clientCert') === undefined) {
      throw new UsageError(
        'No token: log in (keystead login), set KEYSTEAD_TOKEN, or give --token-file FILE, or --client-cert and --client-key.',
      );
    }
    return this.#client(token);
  }

  /** Of whoever runs the command; undefined: nobody. */
  get token(): string | undefined {
    return this.#token();
  }

  /** Id of the request under dual control that the command carries out. */
  get approval(): string | undefined {
    return this.#options.approval;
  }

  /** For what answers without a token. */
  get anonymousClient(): KeysteadClient {
    return this.#client(undefined);
  }

  /** With this token, whatever the settings say. */
  clientWith(token: string): KeysteadClient {
    return this.#client(token);
  }

  get url(): string {
    return this.#options.url ?? this.terminal.env['KEYSTEAD_URL'] ?? DEFAULT_URL;
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

  print(text: string | Buffer): void {
    this.terminal.stdout.write(text);
  }

  /** To standard error: what a person should know and a script need not. */
  note(text: string): void {
    if (!this.json) this.terminal.stderr.write(text);
  }

  #client(token: string | undefined): KeysteadClient {
    const tls = {
      ca: this.#file('caCert'),
      cert: this.#file('clientCert'),
      key: this.#file('clientKey'),
      pin: this.#setting('serverPin'),
    };
    const { approval } = this.#options;
    return new KeysteadClient({
      url: this.url,
      token,
      approval,
      ...tls,
      keyring: this.keyring,
      signal: this.terminal.signal,
    });
  }

  /** An option, or the environment's variable for it; empty counts as unset. */
  #setting(name: keyof typeof VARIABLES): string | undefined {
    return (this.#options[name] ?? this.terminal.env[VARIABLES[name]]) || undefined;
  }

  #file(name: keyof typeof VARIABLES): string | undefined {
    const path = this.#setting(name);
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  }

  /** Of `keystead login`. A client certificate goes before it. */
  #keptToken(): string | undefined {
    if (this.#setting('clientCert') !== undefined) return undefined;
    const kept = new SessionFile(this.terminal).find(this.url);
    if (kept === undefined) return undefined;
    if (Date.parse(kept.expiresAt) > Date.now()) return kept.token;
    throw new UsageError(`The session of ${kept.name} has ended: log in again (keystead login).`);
  }

  #token(): string | undefined {
    const { tokenFile } = this.#options;
    if (tokenFile === undefined) return this.terminal.env['KEYSTEAD_TOKEN'] || this.#keptToken();
    const token = readFileSync(tokenFile, 'utf8').trim();
    if (token === '') throw new UsageError(`${tokenFile} holds no token.`);
    return token;
  }
}
