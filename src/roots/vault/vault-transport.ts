import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** What node-vault asks of its transport. */
interface TransportRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** What node-vault takes as an answer. */
interface TransportAnswer {
  readonly statusCode: number;
  /** The parsed JSON; undefined if there is none. */
  readonly body: unknown;
  readonly request: { readonly path: string };
}

export interface TransportOptions {
  readonly timeoutMs: number;
  /** PEM. */
  readonly caCert?: string | undefined;
}

/**
 * The transport of node-vault (its `request-promise` option), in place of its own for four promises that root keys need:
 * no redirect is followed (the token would go with it); no proxy and no VAULT_SKIP_VERIFY is taken from the environment;
 * one deadline covers the whole request, name look-up and slow answers included; an answer has at most 1 MiB.
 */
export function vaultTransport(options: TransportOptions): { defaults(): Transport } {
  const tls: SecureContextOptions = { minVersion: 'TLSv1.2', ...(options.caCert && { ca: options.caCert }) };
  const agents = { http: new HttpAgent(), https: new HttpsAgent({ ...tls, rejectUnauthorized: true }) };
  return { defaults: () => (request) => send(request, agents, AbortSignal.timeout(options.timeoutMs)) };
}

type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

async function send(
  { method, uri, headers, json }: TransportRequest,
  agents: { readonly http: HttpAgent; readonly https: HttpsAgent },
  signal: AbortSignal,
): Promise<TransportAnswer> {
  const url = new URL(uri);
  const body = typeof json === 'object' && json !== null ? Buffer.from(JSON.stringify(json)) : undefined;
  const secure = url.protocol === 'https:';
  const sent = { ...headers, ...(body && { 'content-type': 'application/json', 'content-length': `${body.length}` }) };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const start = secure ? httpsRequest : httpRequest;
      const request = start(url, { method, headers: sent, signal, agent: secure ? agents.https : agents.http });
      request.once('response', resolve).once('error', reject).end(body);
    });
    const text = await readAll(answer);
    return { statusCode: answer.statusCode ?? 0, body: parseJson(text), request: { path: url.pathname } };
  } catch (error) {
    // After the deadline that is what happened, whatever it broke.
    signal.throwIfAborted();
    throw error;
  } finally {
    body?.fill(0);
  }
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk) || (length += chunk.length) > MAX_ANSWER_BYTES) {
      throw Object.assign(new Error('answer too long'), { code: 'ERR_ANSWER_TOO_LONG' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  } finally {
    text.fill(0);
  }
}
