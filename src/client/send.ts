import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connectionOptions, type TlsOptions } from './tls-options.js';

/** One HTTP request as it goes out. */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** What came back, whole. */
export interface Incoming {
  readonly status: number;
  readonly bytes: Buffer;
  readonly header: (name: string) => string | undefined;
}

/** Sends a request and reads the answer. Redirects are not followed: the token must not reach another server. */
export type Send = (outgoing: Outgoing) => Promise<Incoming>;

/** Beyond it, requests wait for a connection. */
const MAX_CONNECTIONS = 128;
const AGENT = { keepAlive: true, maxSockets: MAX_CONNECTIONS } as const;
const plain = new HttpAgent(AGENT);

/** Over kept-alive connections of `node:http`, which cost a third of what `fetch` costs a request. */
export const sendByNode: Send = sendByAgent(new HttpsAgent(AGENT));

/** The same with authorities, a client certificate or a pin of one's own. @throws KeysteadError invalid-request */
export function sendOverTls(options: TlsOptions): Send {
  return sendByAgent(new HttpsAgent({ ...AGENT, ...connectionOptions(options) }));
}

function sendByAgent(secure: HttpsAgent): Send {
  return ({ url, method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const receive = (response: IncomingMessage): void => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response;
          const header = (name: string) => [answered[name]].flat()[0];
          resolve({ status: statusCode, bytes: Buffer.concat(pieces), header });
        });
      };
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = { method, headers: { ...headers, ...length }, signal };
      const request = url.startsWith('https:')
        ? httpsRequest(url, { ...options, agent: secure }, receive)
        : httpRequest(url, { ...options, agent: plain }, receive);
      request.on('error', reject);
      request.end(body);
    });
}

/** Over a `fetch` of the caller's, for proxies, tracing and other runtimes. */
export function sendByFetch(fetch: typeof globalThis.fetch): Send {
  return async ({ url, method, headers, body, signal }) => {
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      body: body ?? null,
      signal,
      redirect: 'manual',
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, bytes, header: (name) => response.headers.get(name) ?? undefined };
  };
}
