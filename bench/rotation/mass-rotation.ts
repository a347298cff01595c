import { LoadGenerator } from '../load/load-generator.js';
import type { LoadResult } from '../load/job.js';
import type { RotationStand } from './rotation-stand.js';

/** Moderate traffic on some of the keys that are rotated: what it waits for is the server, not its own queue. */
const CONNECTIONS = 16;
const PAUSE_MS = 50;
const KEYS_IN_USE = 64;
const PLAINTEXT_BYTES = 256;

export interface MassRotation {
  readonly keys: number;
  /** With no traffic: from the moment when all keys were due until the last was rotated. */
  readonly seconds: number;
  /** Encryptions, before and during another rotation of all keys. */
  readonly quiet: LoadResult;
  readonly rotating: LoadResult;
  /** Of that one. */
  readonly secondsUnderTraffic: number;
}

/** All keys due at once, first with nobody there, then under traffic. @throws Error if a request was refused */
export async function measureMassRotation(stand: RotationStand, keys: number, seconds: number): Promise<MassRotation> {
  const made = await stand.makeKeys(keys);
  await stand.schedule();
  stand.passPeriod();
  const alone = await stand.schedule();
  const generator = new LoadGenerator();
  try {
    const requests = made.slice(0, KEYS_IN_USE).map((key) => encryption(key, stand.token));
    const job = { port: stand.port, connections: CONNECTIONS, pauseMs: PAUSE_MS, requests };
    await generator.run({ ...job, seconds: 2 });
    const quiet = await generator.run({ ...job, seconds });
    stand.passPeriod();
    const schedule = stand.schedule();
    const rotating = await generator.run({ ...job, seconds });
    for (const { refused, firstRefusal } of [quiet, rotating]) {
      if (refused > 0) throw new Error(`${refused} requests were refused:\n${firstRefusal}`);
    }
    return { keys, seconds: alone, quiet, rotating, secondsUnderTraffic: await schedule };
  } finally {
    generator.stop();
  }
}

function encryption(key: string, token: string): string {
  const body = JSON.stringify({ plaintext: Buffer.alloc(PLAINTEXT_BYTES, key).toString('base64') });
  return `POST /api/v1/keyrings/default/keys/${key}/encrypt HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
