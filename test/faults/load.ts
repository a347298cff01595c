import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, type Tokens } from '../support/server.js';
import { ALIASES, KEYS } from './known-key.js';
import type { Node } from './node.js';

const PAUSE_MS = 50;

interface Kind {
  readonly as: keyof Tokens;
  readonly path: () => string;
  readonly method?: string;
  readonly body: () => object;
}

/** One call, known by the id that the client gave it. */
export interface Sent {
  readonly id: string;
  readonly node: string;
  readonly kind: string;
  /** undefined: no answer came. */
  status?: number;
  /** Of a batch: each of its items was answered with an error. */
  isInVain?: boolean;
}

const plaintext = () => randomBytes(24).toString('base64');

/** Clients of every node, one call at a time each, until they are told to stop. */
export class Load {
  readonly sent: Sent[] = [];
  /** How many calls were answered, by whatever but that the service is not available. */
  acknowledged = 0;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly tokens: Tokens,
    private readonly uses: Readonly<Record<string, Kind>>,
    private readonly changes: Readonly<Record<string, Kind>>,
  ) {}

  static async start(nodes: readonly Node[], tokens: Tokens): Promise<Load> {
    const [first] = nodes;
    const post = async (token: string, path: string, body: object) =>
      (await call({ url: first?.url ?? '' }, token, 'POST', path, body)).body;
    const quiet = `${KEYS}/${(await post(tokens.keyAdmin, KEYS, {})).id}`;
    const moving = `${KEYS}/${(await post(tokens.keyAdmin, KEYS, {})).id}`;
    const { ciphertext } = await post(tokens.app, `${quiet}/encrypt`, { plaintext: plaintext() });
    const items = () => Array.from({ length: 3 }, () => ({ plaintext: plaintext() }));
    const uses: Readonly<Record<string, Kind>> = {
      encrypt: { as: 'app', path: () => `${quiet}/encrypt`, body: () => ({ plaintext: plaintext() }) },
      decrypt: { as: 'app', path: () => `${quiet}/decrypt`, body: () => ({ ciphertext }) },
      batch: { as: 'app', path: () => `${quiet}/encrypt`, body: () => ({ items: items() }) },
      // What decides it changes under it.
      overtaken: { as: 'app', path: () => `${moving}/encrypt`, body: () => ({ plaintext: plaintext() }) },
      denied: { as: 'app', path: () => `${quiet}/rotate`, body: () => ({}) },
      malformed: { as: 'app', path: () => `${quiet}/encrypt`, body: () => ({ plaintext: 5 }) },
      forged: { as: 'app', path: () => `${quiet}/decrypt`, body: () => ({ ciphertext: plaintext() }) },
      missing: { as: 'app', path: () => `${KEYS}/${randomUUID()}/encrypt`, body: () => ({ plaintext: plaintext() }) },
    };
    const as = 'keyAdmin';
    const key = quiet.slice(KEYS.length + 1);
    const changes: Readonly<Record<string, Kind>> = {
      create: { as, path: () => KEYS, body: () => ({ name: `key-${randomUUID()}` }) },
      rotate: { as, path: () => `${moving}/rotate`, body: () => ({}) },
      update: { as, method: 'PATCH', path: () => moving, body: () => ({ tags: { at: randomUUID() } }) },
      alias: { as, path: () => ALIASES, body: () => ({ name: `alias-${randomUUID()}`, key }) },
      taken: { as, path: () => KEYS, body: () => ({ name: 'taken' }) },
    };
    const load = new Load(tokens, uses, changes);
    load.#running = Promise.all(nodes.flatMap((node) => load.#clientsOf(node)));
    return load;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Changes wait for each other, and for what a node that stands still has locked; uses wait for nothing. */
  #clientsOf(node: Node): Promise<void>[] {
    const uses = Array.from({ length: 4 }, (_, at) => this.#run(node, Object.entries(this.uses), at * 2));
    const changes = Array.from({ length: 2 }, (_, at) => this.#run(node, Object.entries(this.changes), at));
    return [...uses, ...changes];
  }

  async #run(node: Node, kinds: readonly [string, Kind][], from: number): Promise<void> {
    for (let at = from; !this.#isStopped; at++) {
      const [kind, { as, method = 'POST', path, body }] = kinds[at % kinds.length] as [string, Kind];
      const sent: Sent = { id: randomUUID(), node: node.name, kind };
      this.sent.push(sent);
      const headers = { 'x-request-id': sent.id };
      const answer = await call(node, this.tokens[as], method, path(), body(), headers).catch(() => undefined);
      if (answer) {
        sent.status = answer.status;
        sent.isInVain = answer.body?.items?.every((item: object) => 'error' in item) ?? false;
      } else await node.up();
      if (answer && answer.status < 500) this.acknowledged += 1;
      else await sleep(PAUSE_MS);
    }
  }
}
