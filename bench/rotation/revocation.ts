import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrivateServer } from '../../scripts/private-server.js';
import { generateBootstrapToken } from '../../src/admin/generate-token.js';
import { KeysteadClient } from '../../src/client/client.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.js';
import { makeCallers } from '../targets/start-external.js';

const NODES = 3;
/** Requests under way at each node all the time, on another key. */
const TRAFFIC = 4;

export interface Revocations {
  readonly count: number;
  /** From the call until every node answered `version-revoked`. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From the call's answer until every node answered so. */
  readonly afterAnswerP99Ms: number;
}

/** Versions revoked at one of three processes on one PostgreSQL, under load at each of them. */
export async function measureRevocations(count: number): Promise<Revocations> {
  const place = await mkdtemp(join(tmpdir(), 'keystead-bench-'));
  const root = join(place, 'root.key');
  await createLocalRootKey(root);
  const postgres = await startEmbeddedPostgres({ dataDir: place });
  const servers: PrivateServer[] = [];
  try {
    const token = generateBootstrapToken();
    const settings = {
      KEYSTEAD_DATABASE_URL: postgres.url,
      KEYSTEAD_ROOT_KEY: `local:${root}`,
      KEYSTEAD_BOOTSTRAP_TOKEN: token,
    };
    while (servers.length < NODES) servers.push(await PrivateServer.start({ settings }));
    const urls = servers.map(({ url }) => url);
    const tokens = await makeCallers(new KeysteadClient({ url: urls[0] ?? '', token }));
    const admin = new KeysteadClient({ url: urls[0] ?? '', token: tokens.keyAdmin });
    const apps = urls.map((url) => new KeysteadClient({ url, token: tokens.app }));
    return await underTraffic(apps, (await admin.keys.create({})).id, () => revokeAll(admin, apps, count));
  } finally {
    for (const server of servers) await server.remove();
    await postgres.stop();
    await rm(place, { recursive: true, force: true });
  }
}

async function revokeAll(admin: KeysteadClient, apps: readonly KeysteadClient[], count: number): Promise<Revocations> {
  const times: number[] = [];
  const afterAnswer: number[] = [];
  for (let revoked = 0; revoked < count; revoked++) {
    const { id } = await admin.keys.create({});
    const [first] = apps;
    const { ciphertext = Buffer.alloc(0) } = (await first?.encrypt(id, { plaintext: Buffer.from(id) })) ?? {};
    for (const app of apps) await app.decrypt({ ciphertext });
    const began = performance.now();
    const everywhere = apps.map((app) => untilRevoked(app, ciphertext));
    await admin.versions.revoke(id, 1, 'compromised');
    const answered = performance.now();
    await Promise.all(everywhere);
    times.push(performance.now() - began);
    afterAnswer.push(performance.now() - answered);
  }
  return {
    count,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    afterAnswerP99Ms: percentile(afterAnswer, 0.99),
  };
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}

async function untilRevoked(app: KeysteadClient, ciphertext: Buffer): Promise<void> {
  for (;;) {
    try {
      await app.decrypt({ ciphertext });
    } catch (error) {
      if (Object(error).code === 'version-revoked') return;
      throw error;
    }
  }
}

async function underTraffic<T>(apps: readonly KeysteadClient[], key: string, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const talk = async (app: KeysteadClient) => {
    while (!over.signal.aborted) await app.encrypt(key, { plaintext: Buffer.from('traffic') });
  };
  const traffic = apps.flatMap((app) => Array.from({ length: TRAFFIC }, () => talk(app)));
  try {
    return await work();
  } finally {
    over.abort();
    await Promise.all(traffic);
  }
}
