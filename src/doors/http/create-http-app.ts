import type { LoggerService, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { boundInFlight } from './bound-in-flight.js';
import { encodeAnswer } from './encode-answer.js';
import { letGoWhenClosing } from './let-go-when-closing.js';
import { refuseWhenClosing } from './refuse-when-closing.js';
import { requireAccess } from './require-access.js';
import { RouteTable } from './route-table.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { overTls, SERVER_OPTIONS } from './server-options.js';
import type { TlsServers } from './tls/tls-servers.js';

export interface HttpSettings {
  readonly logger: LoggerService;
  /** Requests under way at once; further ones are refused. Default: no bound. */
  readonly maxInFlight?: number;
  /** HTTPS; undefined: plain HTTP, for the loopback or behind a proxy with TLS. */
  readonly tls?: TlsServers | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Undefined for plain HTTP. */
    tls: TlsServers | undefined;
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
  const { logger, tls, maxInFlight = Infinity } = settings;
  const adapter = new FastifyAdapter({ ...SERVER_OPTIONS, ...(tls ? overTls(tls) : {}), skipMiddie: true });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { ...NEST_OPTIONS, logger });
  const server = adapter.getInstance();
  server.decorate('tls', tls);
  server.addHook('onClose', async () => tls?.close());
  server.decorateRequest('arrival', null);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.setReplySerializer((payload) => JSON.stringify(encodeAnswer(payload)));
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    done();
  });
  refuseWhenClosing(server);
  letGoWhenClosing(server);
  boundInFlight(server, maxInFlight);
  requireAccess(server);
  app.get(RouteTable).watch(server);
  return app.init();
}
