import { KeysteadClient } from '../src/client/client.js';
import { startEmbedded } from './targets/start-embedded.js';

const CACHED_KEYS = 4;
const KEYS = 40;
const ROUNDS = 6;

export interface WarmKeyCost {
  /** Median latency in µs of an encryption, one after the other on one connection. */
  readonly warmUs: number;
  /** The same, each time with a key that is not in memory: it is read, verified and unwrapped. */
  readonly coldUs: number;
}

/** What it costs to use a key that is in memory, and one that is not: on a server that has room for few. */
export async function measureWarmKey(): Promise<WarmKeyCost> {
  const target = await startEmbedded({ KEYSTEAD_CACHE_KEYS: String(CACHED_KEYS) });
  try {
    const { server, tokens } = target;
    const admin = new KeysteadClient({ url: server.url, token: tokens.keyAdmin });
    const app = new KeysteadClient({ url: server.url, token: tokens.app });
    const keys: string[] = [];
    for (let made = 0; made < KEYS; made++) keys.push((await admin.keys.create({})).id);
    const timesOf = async (ids: readonly string[]) => {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        for (const id of ids) {
          const start = performance.now();
          await app.encrypt(id, { plaintext: Buffer.from(id) });
          times.push((performance.now() - start) * 1000);
        }
      }
      return times;
    };
    const [one = ''] = keys;
    await timesOf(keys);
    return {
      coldUs: median(await timesOf(keys)),
      warmUs: median((await timesOf(keys.map(() => one))).slice(1)),
    };
  } finally {
    await target.stop();
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
