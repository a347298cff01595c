import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp } from '../../../src/doors/http/create-http-app.js';
import { RestModule } from '../../../src/doors/rest/rest.module.js';
import type { OpenApi } from '../../../src/doors/rest/openapi/describe-api.js';
import { markup } from '../../../src/doors/rest/openapi/markup.js';
import { DEPS } from '../../../src/operations/deps.js';
import { Kms } from '../../../src/operations/kms.js';
import { Health } from '../../../src/telemetry/health.js';
import { JsonLogger } from '../../../src/telemetry/json-logger.js';
import { TelemetryModule } from '../../../src/telemetry/telemetry.module.js';
import { KEY, OF_PERSONS, ROUTES } from './all-routes.js';
import { PlayedKms } from './planted-app.js';
import { send } from './sending.js';

const checks = [{ name: 'database', ok: true }];

@Global()
@Module({
  providers: [
    { provide: Kms, useFactory: () => new PlayedKms() },
    { provide: DEPS, useValue: {} },
    { provide: Health, useValue: { check: async () => checks } },
  ],
  exports: [Kms, DEPS, Health],
})
class PlayedModule {}

@Module({})
class WholeModule {
  static with(openMetrics: boolean): DynamicModule {
    return {
      module: WholeModule,
      imports: [PlayedModule, TelemetryModule, RestModule.with({ openMetrics, version: '1.2.3' })],
    };
  }
}

async function start(openMetrics: boolean): Promise<{ readonly app: NestFastifyApplication; readonly url: string }> {
  const app = await createHttpApp(WholeModule.with(openMetrics), { logger: new JsonLogger('error') });
  await app.listen(0, '127.0.0.1');
  return { app, url: (await app.getUrl()).replace('[::1]', '127.0.0.1') };
}

let whole: Awaited<ReturnType<typeof start>>;
let api: OpenApi;

beforeAll(async () => {
  whole = await start(false);
  const response = await fetch(`${whole.url}/api/openapi.json`, { headers: { authorization: 'Bearer good' } });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  api = JSON.parse(await response.text());
});
afterAll(async () => whole.app.close());

const operations = () =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

describe("the API's description", () => {
  it('has every route, and no other', () => {
    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    ).toEqual(ROUTES.toSorted());
  });

  it('refers to nothing that is not there', () => {
    const named = Object.keys(api.components.schemas).map((name) => `#/components/schemas/${name}`);
    const used = new Set(references(api));
    expect([...used].filter((reference) => !named.includes(reference))).toEqual([]);
    expect(used.size).toBeGreaterThan(20);
  });

  it('names each operation once, in a chapter that there is, with a problem as its other answer', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const chapters = new Set(api.tags.map(({ name }) => name));
    for (const { operation } of operations()) {
      expect(operation.tags.every((tag) => chapters.has(tag))).toBe(true);
      expect(operation.responses['default']).toBeDefined();
      expect(operation.summary.length).toBeGreaterThan(5);
    }
  });

  it('declares every part of every path', () => {
    for (const { path, operation } of operations()) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath.map((name) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });

  it('says which permission each needs, and which need none', () => {
    const open = operations().filter(({ operation }) => operation['x-permission'] === undefined);
    expect(open.map(({ path }) => path).toSorted()).toEqual([
      '/.well-known/{keyring}/jwks.json',
      '/api/v1/root/seal',
      '/health/live',
      '/health/ready',
      '/pki/ca.crl',
      '/pki/ca.crt',
    ]);
    expect(open.every(({ operation }) => operation.security?.length === 0)).toBe(true);
    const tokenless = operations().filter(({ operation }) => operation.security !== undefined);
    expect(
      tokenless
        .map(({ path }) => path)
        .filter((path) => path.startsWith('/api/'))
        .toSorted(),
    ).toEqual(['/api/v1/password', '/api/v1/recovery-codes', '/api/v1/root/seal', '/api/v1/sessions']);
  });

  it('holds everything that makes or rotates something to take an Idempotency-Key', () => {
    const all = operations();
    const making = all.filter(({ operation }) => '201' in operation.responses);
    expect(making.length).toBe(19);
    const taking = all.filter(({ operation }) => operation.parameters.some(({ name }) => name === 'Idempotency-Key'));
    const notTaking = making.filter((one) => !taking.includes(one));
    expect(notTaking.map(({ path }) => path).toSorted()).toEqual(OF_PERSONS);
    expect(taking.map(({ path }) => path)).toContain(`${KEY}/rotate`);
  });

  it('has an id in every answer that something was made, but for what only its person is shown', () => {
    const unnamed = ['/api/v1/enrolment', '/api/v1/recovery-codes'];
    const making = operations().filter(({ operation }) => '201' in operation.responses);
    for (const { path, operation } of making.filter((one) => !unnamed.includes(one.path))) {
      const [reference] = references(operation.responses['201']);
      const schema = Object(api.components.schemas[reference?.split('/').at(-1) ?? '']) as { required?: string[] };
      expect([path, schema.required]).toEqual([path, expect.arrayContaining(['id'])]);
    }
  });

  it('is for callers only', async () => {
    for (const path of ['/api/openapi.json', '/api/docs', '/metrics']) {
      const { status } = await fetch(whole.url + path);
      expect(status).toBe(401);
    }
  });
});

it('tells the version', () => {
  expect(api.info.version).toBe('1.2.3');
});

describe('the page', () => {
  it('shows every operation, and runs and loads nothing', async () => {
    const response = await fetch(`${whole.url}/api/docs`, { headers: { authorization: 'Bearer good' } });
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const { operation } of operations()) expect(page).toContain(`<section id="${operation.operationId}">`);
    expect(page).not.toMatch(/<script|<link|<img|https?:\/\/|javascript:/);
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
  });

  it('escapes what it shows', () => {
    expect(markup`<p title="${'"&'}">${'<script>'}</p>${[markup`<i>${1}</i>`]}${undefined}`.text).toBe(
      '<p title="&quot;&amp;">&lt;script&gt;</p><i>1</i>',
    );
  });
});

describe('metrics and health', () => {
  it('answer metrics to everybody where the setting says so', async () => {
    const open = await start(true);
    const response = await fetch(`${open.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toContain('keystead_operations_total');
    await open.app.close();
  });

  it('are not ready while one check fails, and say which', async () => {
    checks.push({ name: 'root-key', ok: false });
    const { status, headers, body } = await send(`${whole.url}/health/ready`, 'GET');
    checks.pop();
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBeTruthy();
    expect(body).toEqual({
      status: 'not-ready',
      checks: [
        { name: 'database', ok: true },
        { name: 'root-key', ok: false },
      ],
    });
    expect((await send(`${whole.url}/health/ready`, 'GET')).status).toBe(200);
    expect((await send(`${whole.url}/health/live`, 'GET')).body).toEqual({ status: 'live' });
  });
});
