import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Terminal } from './terminal.js';

/** What `keystead login` keeps for a server. */
export interface KeptSession {
  readonly name: string;
  readonly token: string;
  readonly expiresAt: string;
}

type Sessions = Readonly<Record<string, KeptSession>>;

/** The file of mode 0600 in which a person's sessions are kept, one for each server's address. */
export class SessionFile {
  readonly path: string;

  constructor({ env }: Pick<Terminal, 'env'>) {
    const state = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
    this.path = env['KEYSTEAD_SESSION_FILE'] || join(state, 'keystead', 'sessions.json');
  }

  find(url: string): KeptSession | undefined {
    return this.#read()[url];
  }

  put(url: string, session: KeptSession): void {
    this.#write({ ...this.#read(), [url]: session });
  }

  remove(url: string): void {
    const { [url]: _gone, ...others } = this.#read();
    this.#write(others);
  }

  /** Nothing where there is no file, or not ours: logging in makes it anew. */
  #read(): Sessions {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as Sessions;
    } catch {
      return {};
    }
  }

  #write(sessions: Sessions): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const written = `${this.path}.${process.pid}`;
    writeFileSync(written, JSON.stringify(sessions), { mode: 0o600 });
    renameSync(written, this.path);
  }
}
