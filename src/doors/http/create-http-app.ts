import type { LoggerService, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BodyBudget } from './body-budget.js';
import { boundInFlight } from './bound-in-flight.js';
import { cutSlowReaders } from './cut-slow-readers.js';
import { encodeAnswer } from './encode-answer.js';
import { letGoWhenClosing } from './let-go-when-closing.js';
import { serverFactory } from './make-server.js';
import { mustBeWellFormed } from './must-be-well-formed.js';
import { refuseWhenClosing } from './refuse-when-closing.js';
import { requireAccess } from './require-access.js';
import type { Tracer } from '../../tracer.js';
import { RouteTable } from './route-table.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { SERVER_OPTIONS } from './server-options.js';
import type { TlsServers } from './tls/tls-servers.js';
import { traceRequests } from './trace-requests.js';

export interface HttpSettings {
  readonly logger: LoggerService;
  /** Requests under way at once; further ones are refused. Default: no bound. */
  readonly maxInFlight?: number;
  /** Bytes of their bodies held at once. Default: no bound. */
  readonly maxBodyBytes?: number;
  /** Milliseconds for a whole request to arrive, and between two reads of its answer. Default: a minute. */
  readonly requestMs?: number;
  /** HTTPS; undefined: plain HTTP, for the loopback or behind a proxy with TLS. */
  readonly tls?: TlsServers | undefined;
  /** Where the spans of requests go. */
  readonly tracer?: Tracer;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Undefined for plain HTTP. */
    tls: TlsServers | undefined;
    bodies: BodyBudget;
  }
}

type Module = Parameters<typeof NestFactory.create>[0];

const NEST_OPTIONS = {
  // A body is read when it is known whose it is.
  bodyParser: false,
  routeConflictPolicy: { duplicate: 'error', shadow: 'error' },
  abortOnError: false,
} as const satisfies NestApplicationOptions;

/**
 * The HTTP server over a module that has the HttpModule: initialised, not yet listening.
 * @throws Error when a route does not declare who may use it, or two routes meet
 */
export async function createHttpApp(module: Module, settings: HttpSettings): Promise<NestFastifyApplication> {
  // No Nest middleware: what runs before the guards are the hooks below.
  const { logger, tls, tracer, maxInFlight = Infinity, maxBodyBytes = Infinity, requestMs = 60_000 } = settings;
  const adapter = new FastifyAdapter({
    ...SERVER_OPTIONS,
    serverFactory: serverFactory(tls, requestMs),
    skipMiddie: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { ...NEST_OPTIONS, logger });
  const server = adapter.getInstance();
  server.decorate('tls', tls);
  server.decorate('bodies', new BodyBudget(maxBodyBytes));
  server.addHook('onClose', async () => tls?.close());
  server.decorateRequest('arrival', null);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.setReplySerializer((payload) => JSON.stringify(encodeAnswer(payload)));
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    done();
  });
  if (tracer?.isOn) traceRequests(server, tracer);
  mustBeWellFormed(server);
  refuseWhenClosing(server);
  letGoWhenClosing(server);
  cutSlowReaders(server, requestMs);
  boundInFlight(server, maxInFlight);
  requireAccess(server);
  app.get(RouteTable).watch(server);
  return app.init();
}
