import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateToken } from '../../src/access/token.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { selfSigned } from '../support/self-signed.js';
import { call, Server } from '../support/server.js';
import { TlsFront } from '../support/tls-front.js';

const bootstrap = generateToken().token;
let dataDir: string;
let ca: string;
let database: TestDatabase;
let front: TlsFront;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keystead-database-tls-'));
  ca = join(dataDir, 'ca.crt');
  await createLocalRootKey(join(dataDir, 'root.key'));
  const certificate = selfSigned({ dns: 'localhost' });
  await writeFile(ca, certificate.cert);
  database = await createTestDatabase();
  front = await TlsFront.start(certificate, database.url);
});
afterAll(async () => {
  await front.stop();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const launch = (host: string, query: string, env: Readonly<Record<string, string>> = {}) =>
  Server.launch({
    dataDir,
    databaseUrl: front.urlOf(database.url, host, query),
    env: { KEYSTEAD_ROOT_KEY: 'local:root.key', KEYSTEAD_BOOTSTRAP_TOKEN: bootstrap, ...env },
  });

const VERIFIED = '?sslmode=verify-full';
const verifiedByUrl = () => `${VERIFIED}&sslrootcert=${ca}`;

describe('PostgreSQL over TLS', () => {
  it.each([
    ['of an authority that nobody named', 'localhost', () => VERIFIED],
    ['of another name', '127.0.0.1', verifiedByUrl],
  ])('a certificate %s is refused', async (_, host, query) => {
    const server = await launch(host, query());
    expect(await server.ended()).not.toBe(0);
    expect(server.output).toMatch(/certificate|altnames/i);
    expect(front.plain).toBe(0);
  });

  it.each([
    ['the URL names', verifiedByUrl, () => ({})],
    ['NODE_EXTRA_CA_CERTS names', () => VERIFIED, () => ({ NODE_EXTRA_CA_CERTS: ca })],
  ])('one of an authority that %s is served from', async (_, query, env) => {
    const server = await launch('localhost', query(), env());
    await server.ready();
    expect((await call(server, bootstrap, 'GET', '/api/v1/callers')).status).toBe(200);
    expect(front.plain).toBe(0);
    expect(await server.stop()).toBe(0);
  });
});
