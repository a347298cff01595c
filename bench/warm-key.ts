import { KeysteadClient } from '../src/client/client.js';
import { cpuTimeOf } from './process-times.js';
import { startEmbedded } from './targets/start-embedded.js';

const CACHED_KEYS = 4;
const KEYS = 40;
const ROUNDS = 10;

export interface KeyCost {
  /** Median round trip of the client library, in µs. */
  readonly latencyUs: number;
  /** CPU of the server per request, in µs. */
  readonly serverUs: number;
}

export interface WarmKeyCost {
  readonly warm: KeyCost;
  /** Each time with a key that is not in memory: it is read, verified and unwrapped. */
  readonly cold: KeyCost;
}

/**
 * What an encryption costs with a key that is in memory, and with one that is not, one after the other on one
 * connection: on a server that has room for few keys.
 */
export async function measureWarmKey(): Promise<WarmKeyCost> {
  const target = await startEmbedded({ settings: { KEYSTEAD_CACHE_KEYS: String(CACHED_KEYS) } });
  try {
    const { server, tokens } = target;
    const admin = new KeysteadClient({ url: server.url, token: tokens.keyAdmin });
    const app = new KeysteadClient({ url: server.url, token: tokens.app });
    const keys: string[] = [];
    for (let made = 0; made < KEYS; made++) keys.push((await admin.keys.create({})).id);
    const one = keys.map(() => keys[0] ?? '');
    await costOf(app, server.pid, keys);
    await costOf(app, server.pid, one);
    return { cold: await costOf(app, server.pid, keys), warm: await costOf(app, server.pid, one) };
  } finally {
    await target.stop();
  }
}

async function costOf(app: KeysteadClient, pid: number, keys: readonly string[]): Promise<KeyCost> {
  const times: number[] = [];
  const before = await cpuTimeOf({ pid, withChildren: false });
  for (let round = 0; round < ROUNDS; round++) {
    for (const key of keys) {
      const start = performance.now();
      await app.encrypt(key, { plaintext: Buffer.from(key) });
      times.push((performance.now() - start) * 1000);
    }
  }
  const used = (await cpuTimeOf({ pid, withChildren: false })) - before;
  return { latencyUs: median(times), serverUs: used / times.length };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
