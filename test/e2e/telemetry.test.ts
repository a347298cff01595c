import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { KeysteadClient } from '../../src/client/client.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { call, Server } from '../support/server.js';

const SECRET = 'plaintext-that-no-span-may-hold';
const TENANT = 'context-that-no-span-may-hold';
const KEYS = '/api/v1/keyrings/default/keys';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

let receiver: OtlpReceiver;
let server: Server;
let samples: readonly string[];
let token: string;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  const env = { KEYSTEAD_METRICS: 'open', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'kms' };
  server = await Server.start({ env });
  const { admin, keyAdmin, app } = await server.tokens();
  token = app;
  const { id } = await new KeysteadClient({ url: server.url, token: keyAdmin }).keys.create({ name: 'measured' });
  const client = new KeysteadClient({ url: server.url, token: app });
  for (let round = 0; round < 3; round++) await client.encrypt(id, { plaintext: Buffer.from('x') });
  await expect(
    new KeysteadClient({ url: server.url, token: admin }).encrypt(id, { plaintext: Buffer.from('x') }),
  ).rejects.toThrow();
  samples = (await (await fetch(`${server.url}/metrics`)).text()).split('\n');
  const body = { plaintext: Buffer.from(SECRET).toString('base64'), context: { tenant: TENANT } };
  const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;
  expect((await call(server, app, 'POST', `${KEYS}/measured/encrypt`, body, { traceparent })).status).toBe(200);
  expect((await call(server, app, 'POST', `${KEYS}/missing/encrypt`, body)).status).toBe(404);
  expect((await call(server, undefined, 'GET', `/api/v1/keyrings?${SECRET}`)).status).toBe(401);
  // What is left is sent on the way down.
  expect(await server.stop()).toBe(0);
});
afterAll(async () => {
  await server?.remove();
  await receiver.close();
});

const value = (sample: string) => Number(samples.find((line) => line.startsWith(`${sample} `))?.split(' ')[1]);

const named = (name: string, traceId?: string) =>
  receiver.spans.filter((span) => span.name === name && (traceId === undefined || span.traceId === traceId));

const one = (name: string, traceId: string): ReceivedSpan => {
  const [span] = named(name, traceId);
  if (!span) throw new Error(`no span ${name} in ${receiver.spans.map((it) => it.name).join(', ')}`);
  return span;
};

describe('metrics', () => {
  it('tell what the node needs, how its cache does, and what is overdue', () => {
    for (const check of ['database', 'migrations', 'root-key'])
      expect(value(`keystead_ready{check="${check}"}`)).toBe(1);
    expect(value('keystead_overdue_keys')).toBe(0);
    expect(value('keystead_loaded_versions_asked_total')).toBe(3);
    expect(value('keystead_loaded_versions_hits_total')).toBe(2);
    expect(value('keystead_operations_total{operation="encrypt",outcome="denied"}')).toBe(1);
    expect(value('keystead_audit_append_seconds_count')).toBeGreaterThanOrEqual(3);
  });

  it.each(['alerts.yaml', 'dashboards/keystead.json'])('are what %s asks for', async (file) => {
    const exported = new Set(samples.map((line) => /^\w+/.exec(line)?.[0]));
    const expressions = expressionsOf(parse(await readFile(`helm/keystead/${file}`, 'utf8')));
    const asked = expressions.flatMap((text) => text.match(/\b(?:keystead|process|nodejs)_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !exported.has(name))).toEqual([]);
  });
});

describe('traces', () => {
  it('go from the caller’s span to the request, its operation, and what that waited for', () => {
    const request = one('POST /api/v1/keyrings/:keyring/keys/:key/encrypt', TRACE);
    expect(request.parentSpanId).toBe('b7ad6b7169203331');
    expect(request.attributes).toMatchObject({ 'http.request.method': 'POST', 'http.response.status_code': 200 });
    expect(one('authenticate', TRACE).parentSpanId).toBe(request.spanId);
    const operation = one('encrypt', TRACE);
    expect(operation.parentSpanId).toBe(request.spanId);
    expect(one('audit.append', TRACE).parentSpanId).toBe(operation.spanId);
    const [made] = named('key.create');
    const below = receiver.spans.filter(({ traceId }) => traceId === made?.traceId).map(({ name }) => name);
    expect(below).toEqual(expect.arrayContaining(['root.unwrap', 'database.select']));
    expect(request.resource).toMatchObject({ 'service.name': 'kms' });
  });

  it('say what failed by its code', () => {
    const refused = named('authenticate').find(({ attributes }) => attributes['error.type'] !== undefined);
    expect(refused?.attributes).toEqual({ 'error.type': 'unauthenticated' });
    expect(named('encrypt').map(({ attributes }) => attributes['error.type'])).toContain('key-not-found');
  });

  it('hold nothing of what a request holds', () => {
    expect(receiver.spans.length).toBeGreaterThan(10);
    const secrets = [SECRET, Buffer.from(SECRET).toString('base64'), TENANT, token, 'kst_', 'insert into'];
    for (const secret of secrets) expect(receiver.text).not.toContain(secret);
    const known = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...known].toSorted()).toEqual([
      'db.system.name',
      'error.type',
      'http.request.method',
      'http.response.status_code',
      'http.route',
      'keystead.request_id',
      'keystead.root.provider',
    ]);
  });
});

/** Every `expr`, however deep. */
function expressionsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === 'expr' && typeof inner === 'string' ? [inner] : expressionsOf(inner),
  );
}
