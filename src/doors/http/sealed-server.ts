import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isKmsError, KmsError } from '../../errors.js';
import { Limits, STANDARD_LIMITS } from '../../operations/limits/limits.js';
import { sourceKey } from '../../operations/limits/source-key.js';
import { problemHeaders, problemOf } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';
import type { TlsServers } from './tls/tls-servers.js';

/** How far the unsealing is. */
export interface SealProgress {
  readonly sealed: boolean;
  /** Each root that shares open: the setting that names it, shares given so far, how many it takes, how many there are. */
  readonly roots: readonly {
    readonly root: string;
    readonly given: number;
    readonly threshold: number;
    readonly shares: number;
  }[];
}

/** What a sealed node can do. */
export interface Unsealing {
  progress(): SealProgress;
  /** @throws KmsError invalid-request for what is no share, or no use; wrong-root-key if enough of them open nothing, and all are forgotten */
  add(share: string): Promise<SealProgress>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const MAX_BODY_BYTES = 4096;
const SERVER_OPTIONS = { requestTimeout: 10_000, headersTimeout: 10_000, connectionsCheckingInterval: 1000 };
const MAX_CONNECTIONS = 1000;
/** At once from one source, so that none keeps out the keepers. */
const MAX_CONNECTIONS_OF_ONE = 100;
/**
 * Shares a second of each address that are refused for what they are; a right one is taken however many wrong ones come, because behind a
 * proxy its address is everybody's.
 */
const LIMITS = { ...STANDARD_LIMITS, sourceFailures: 1 };

/**
 * What a node answers while its root key is sealed: its health, shares, and to everything else 503 `sealed`. A share is its own
 * credential: it cannot be guessed, and whoever has enough of them has the root key anyway.
 * @returns once the node is unsealed and the port is free again
 */
export async function serveSealed(
  unsealing: Unsealing,
  { port, host, tls }: { readonly port: number; readonly host: string; readonly tls?: TlsServers | undefined },
  onListening: (server: Server) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const limits = new Limits(LIMITS);
    const end = () => {
      server.close(() => resolve());
      server.closeAllConnections();
    };
    const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const unsealed = await answer(unsealing, limits, request, response);
      if (!unsealed) return;
      // Whoever gave the last share may have gone without waiting for the answer.
      if (response.closed) end();
      else response.once('close', end);
    };
    const handle = (request: IncomingMessage, response: ServerResponse) => void serve(request, response);
    const server: Server = tls ? tls.create(handle, SERVER_OPTIONS) : createServer(SERVER_OPTIONS, handle);
    server.maxConnections = MAX_CONNECTIONS;
    boundEachSource(server);
    server.on('error', reject);
    server.listen(port, host, () => onListening(server));
  });
}

function boundEachSource(server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const source = sourceKey(socket.remoteAddress ?? null);
    const count = (open.get(source) ?? 0) + 1;
    open.set(source, count);
    socket.once('close', () => {
      const left = (open.get(source) ?? 1) - 1;
      if (left === 0) open.delete(source);
      else open.set(source, left);
    });
    if (count > MAX_CONNECTIONS_OF_ONE) socket.destroy();
  });
}

/** @returns whether this was the last share. Never throws. */
async function answer(
  unsealing: Unsealing,
  limits: Limits,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const requestId = randomUUID();
  const write = ({ status, body }: Answer, headers: Readonly<Record<string, string>>): void => {
    // One request a connection, so that none is open when the service takes the port over.
    response.shouldKeepAlive = false;
    response.writeHead(status, { ...SECURITY_HEADERS, 'x-request-id': requestId, ...headers });
    response.end(JSON.stringify(body));
  };
  try {
    const done = await respond(unsealing, limits, request);
    const unsealed = 'sealed' in done.body && done.body.sealed === false;
    write(done, { 'content-type': 'application/json' });
    return unsealed;
  } catch (error) {
    const known = isKmsError(error) ? error : new KmsError('invalid-request', 'the request could not be read');
    const problem = problemOf(known, requestId);
    write({ status: problem.status, body: problem }, problemHeaders(known));
    return false;
  }
}

async function respond(unsealing: Unsealing, limits: Limits, request: IncomingMessage): Promise<Answer> {
  const source = request.socket.remoteAddress ?? null;
  const progress = unsealing.progress();
  const missing = progress.roots.map(({ root, given, threshold }) => `${root}: ${given} of ${threshold} shares`);
  const detail = `sealed: ${missing.join(', ')}`;
  const [path] = (request.url ?? '').split('?');
  switch (`${request.method} ${path}`) {
    case 'GET /health/live':
      return { status: 200, body: { status: 'live' } };
    case 'GET /health/ready':
      return { status: 503, body: { status: 'not-ready', checks: [{ name: 'root-key', ok: false, detail }] } };
    case 'GET /api/v1/root/seal':
      return { status: 200, body: progress };
    case 'POST /api/v1/root/unseal': {
      try {
        return { status: 200, body: await unsealing.add(await readShareOf(request)) };
      } catch (error) {
        throw limits.ofFailure(source) ?? error;
      }
    }
    default:
      throw new KmsError('sealed', `The root key is ${detail}. Its keepers unseal it by \`keystead root unseal\``);
  }
}

/** @throws KmsError invalid-request */
async function readShareOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) throw new KmsError('invalid-request', 'the body is larger than a share');
    pieces.push(piece);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new KmsError('invalid-request', 'the body is not JSON');
  }
  const share: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'share') : undefined;
  if (typeof share !== 'string') throw new KmsError('invalid-request', 'share: is missing');
  return share;
}
