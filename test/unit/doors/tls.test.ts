import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TlsServers } from '../../../src/doors/http/tls/tls-servers.js';
import type { TlsSettings } from '../../../src/doors/http/tls/tls-settings.js';
import { Authority, type Issued } from '../../support/authority.js';
import { codeOf } from '../../support/code-of.js';
import { startPlanted, type Planted } from './planted-app.js';

const HOUR_MS = 3_600_000;
const SPIFFE = 'spiffe://prod.example/billing';

let authority: Authority;
let other: Authority;
let ownCert: Issued;
let client: Issued;

beforeAll(async () => {
  authority = await Authority.make();
  other = await Authority.make('CN=another authority');
  ownCert = await authority.issue({ ips: ['127.0.0.1'] });
  client = await authority.issue({ uris: [SPIFFE], dns: ['Billing.prod.example'] });
});

let directory: string;
let paths: { cert: string; key: string; clientCa: string; crl: string };
let notes: string[];
let tls: TlsServers;
let planted: Planted;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-tls-'));
  const at = (name: string) => join(directory, name);
  paths = { cert: at('tls.crt'), key: at('tls.key'), clientCa: at('ca.crt'), crl: at('ca.crl') };
  await put({ cert: ownCert.cert, key: ownCert.key, clientCa: authority.cert, crl: await authority.crl() });
});
afterEach(async () => {
  await planted.app.close();
  await rm(directory, { recursive: true });
});

/** Each file whole, as it may be looked at meanwhile. */
async function put(files: Partial<Record<keyof typeof paths, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = paths[name as keyof typeof paths];
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }
}

async function start(settings: Partial<TlsSettings> = {}): Promise<void> {
  notes = [];
  const note = (message: string) => void notes.push(message);
  tls = await TlsServers.open({ ...paths, minVersion: '1.3', ...settings }, { log: note, warn: note });
  planted = await startPlanted(undefined, { tls });
}

interface Answered {
  readonly status: number | undefined;
  /** Of the connection's own end. */
  readonly localPort: number | undefined;
}

/** One request with the certificate, if any; over a kept connection when the agent keeps one. */
async function ask(options: ConnectionOptions = {}, agent = new Agent()): Promise<Answered> {
  const { port } = planted;
  const ca = authority.cert;
  const asking = request({ ca, ...options, host: '127.0.0.1', port, path: '/planted/since', agent });
  asking.end();
  const [response] = await once(asking, 'response');
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, localPort: response.socket?.localPort ?? asking.socket?.localPort };
}

/** What the door made of the client's certificate. */
async function presentedBy(options: ConnectionOptions) {
  await ask(options);
  const presented = planted.kms.arrivals.at(-1)?.presented;
  return presented?.kind === 'certificate' ? presented.certificate : presented;
}

describe('a server with TLS', () => {
  it('reads who a verified client is from its certificate', async () => {
    await start();
    expect(await presentedBy(client)).toEqual({
      uris: [SPIFFE],
      dnsNames: ['billing.prod.example'],
      pin: client.pin,
      problem: undefined,
    });
  });

  it('takes callers without a certificate, and the header Authorization before a certificate', async () => {
    await start();
    expect((await ask()).status).toBe(401);
    expect(planted.kms.arrivals.at(-1)?.presented).toBeUndefined();
    const headers = { authorization: 'Bearer good' };
    expect((await ask({ ...client, headers } as ConnectionOptions)).status).toBe(200);
    expect(planted.kms.arrivals.at(-1)?.presented).toEqual({ kind: 'token', token: 'good' });
  });

  it('does not ask for certificates without an authority', async () => {
    await start({ clientCa: undefined, crl: undefined });
    expect(await presentedBy(client)).toBeUndefined();
  });

  it.each<[string, () => Promise<Issued>, string]>([
    ['of another authority', () => other.issue({ uris: [SPIFFE] }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['that has expired', () => authority.issue({ uris: [SPIFFE], notAfter: -HOUR_MS }), 'CERT_HAS_EXPIRED'],
    ['that is not valid yet', () => authority.issue({ uris: [SPIFFE], notBefore: HOUR_MS }), 'CERT_NOT_YET_VALID'],
    ['that another authority signed in this one’s name', forged, 'CERT_SIGNATURE_FAILURE'],
  ])('says what is wrong with a certificate %s', async (_what, issue, problem) => {
    await start();
    expect(await presentedBy(await issue())).toMatchObject({ problem });
  });

  it('takes a certificate of an intermediate authority that comes with it, and its revocation', async () => {
    const intermediate = await authority.intermediate('CN=keystead test intermediate');
    const below = await intermediate.issue({ dns: ['below.example'] });
    await put({ crl: (await authority.crl()) + (await intermediate.crl()) });
    await start();
    expect(await presentedBy(below)).toMatchObject({ problem: undefined, dnsNames: ['below.example'] });
    intermediate.revoke(below);
    await put({ crl: (await authority.crl()) + (await intermediate.crl()) });
    await tls.reload();
    expect(await presentedBy(below)).toMatchObject({ problem: 'CERT_REVOKED' });
    await put({ crl: await authority.crl() });
    await tls.reload();
    expect(await presentedBy(below)).toMatchObject({ problem: 'UNABLE_TO_GET_CRL' });
  });

  it('takes nobody on the word of a revocation list that is out of date', async () => {
    await put({ crl: await authority.crl(-HOUR_MS) });
    await start();
    expect(await presentedBy(client)).toMatchObject({ problem: 'CRL_HAS_EXPIRED' });
  });

  it('speaks TLS 1.3 alone, and 1.2 where it is told to', async () => {
    await start();
    const versionOf = async (maxVersion: 'TLSv1.2' | 'TLSv1.3') => {
      const socket = connect({ host: '127.0.0.1', port: planted.port, ca: authority.cert, maxVersion });
      try {
        await once(socket, 'secureConnect');
        return socket.getProtocol();
      } catch (error) {
        return (error as { code?: string }).code;
      } finally {
        socket.destroy();
      }
    };
    expect(await versionOf('TLSv1.3')).toBe('TLSv1.3');
    expect(await versionOf('TLSv1.2')).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    await planted.app.close();
    await start({ minVersion: '1.2' });
    expect(await versionOf('TLSv1.2')).toBe('TLSv1.2');
  });

  it('answers what is no TLS by closing, and goes on', async () => {
    await start();
    await expect(fetch(planted.url.replace('https', 'http'))).rejects.toThrow();
    expect((await ask(client)).status).toBe(200);
  });
});

/** Signed by the other authority, under the first one's name. */
async function forged(): Promise<Issued> {
  return (await Authority.make()).issue({ uris: [SPIFFE] });
}

describe('when the files change', () => {
  it('new connections get the new certificate, and open ones are not dropped', async () => {
    await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await ask(client, agent);
    const renewed = await authority.issue({ ips: ['127.0.0.1'] });
    await put({ cert: renewed.cert, key: renewed.key });
    while (!notes.some((note) => note.includes('the new ones are in use'))) await sleep(50);
    expect(await ask(client, agent)).toEqual({ status: 200, localPort: before.localPort });
    agent.destroy();
    const socket = connect({ host: '127.0.0.1', port: planted.port, ca: authority.cert });
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.serialNumber.toLowerCase()).toBe(renewed.serial);
    socket.destroy();
  });

  it('a certificate that is revoked ends on connections that are open too, and others go on', async () => {
    await start();
    const [revoked, other] = [
      await authority.issue({ dns: ['a.example'] }),
      await authority.issue({ dns: ['b.example'] }),
    ];
    const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
    const first = await Promise.all([ask(revoked, agents[0]), ask(other, agents[1])]);
    authority.revoke(revoked);
    await put({ crl: await authority.crl() });
    await tls.reload();
    const second = await Promise.all([ask(revoked, agents[0]), ask(other, agents[1])]);
    expect(second.map(({ localPort }) => localPort)).toEqual(first.map(({ localPort }) => localPort));
    const problems = planted.kms.arrivals
      .slice(-2)
      .map(({ presented }) =>
        presented?.kind === 'certificate' ? [presented.certificate.dnsNames[0], presented.certificate.problem] : [],
      );
    expect(Object.fromEntries(problems)).toEqual({ 'a.example': 'CERT_REVOKED', 'b.example': undefined });
    expect(await presentedBy(revoked)).toMatchObject({ problem: 'CERT_REVOKED' });
    for (const agent of agents) agent.destroy();
  });

  it('an authority that is replaced vouches for nobody any more, on open connections too', async () => {
    await start({ crl: undefined });
    const agent = new Agent({ keepAlive: true });
    await ask(client, agent);
    await put({ clientCa: other.cert });
    await tls.reload();
    await ask(client, agent);
    const presented = planted.kms.arrivals.at(-1)?.presented;
    expect(presented).toMatchObject({ certificate: { problem: 'UNABLE_TO_GET_ISSUER_CERT' } });
    agent.destroy();
    expect(await presentedBy(await other.issue({ dns: ['new.example'] }))).toMatchObject({ problem: undefined });
  });

  it('files that do not fit together change nothing, and are told of once', async () => {
    await start();
    const renewed = await authority.issue({ ips: ['127.0.0.1'] });
    await put({ cert: renewed.cert });
    await tls.reload();
    await tls.reload();
    expect((await ask(client)).status).toBe(200);
    await put({ key: renewed.key, crl: 'no list' });
    await tls.reload();
    expect((await ask(client)).status).toBe(200);
    const told = notes.filter((note) => note.includes('not usable'));
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('KEYSTEAD_TLS_CERT, KEYSTEAD_TLS_KEY');
    expect(told[1]).toContain('KEYSTEAD_TLS_CRL');
    expect(notes.join()).not.toContain('PRIVATE KEY');
    await put({ crl: await authority.crl() });
    await tls.reload();
    expect(notes.at(-2)).toContain('the new ones are in use');
    expect(notes.at(-1)).toContain('renew it');
  });
});

describe('a start', () => {
  it.each<[string, () => Partial<Record<keyof typeof paths, string>>, RegExp]>([
    [
      'a key that is another one’s',
      () => ({ key: client.key }),
      /^invalid-setting: KEYSTEAD_TLS_CERT, KEYSTEAD_TLS_KEY: /,
    ],
    ['an authority that is none', () => ({ clientCa: client.key }), /^invalid-setting: KEYSTEAD_TLS_CLIENT_CA: /],
    ['no revocation list', () => ({ crl: client.cert }), /^invalid-setting: KEYSTEAD_TLS_CRL: /],
  ])('with %s is refused', async (_what, files, sentence) => {
    await start();
    await put(files());
    const refused = TlsServers.open({ ...paths, minVersion: '1.3' }, { log() {}, warn() {} });
    await expect(refused).rejects.toThrow(sentence);
  });

  it('with a file that is missing is refused', async () => {
    await start();
    const settings = { ...paths, cert: join(directory, 'none.crt'), minVersion: '1.3' } as const;
    expect(await codeOf(TlsServers.open(settings, { log() {}, warn() {} }))).toBe('invalid-setting');
  });
});
