import { randomUUID } from 'node:crypto';
import { KeysteadError } from './keystead-error.js';
import { readProblem } from './problem.js';
import { LONGEST_WAIT_MS, backoffMs, pause, retryAfterMs } from './retry.js';
import { queryString, type Query } from './route.js';
import type { Outgoing, Send } from './send.js';
import { isObject } from './wire.js';

export interface TransportSettings {
  /** The server's address, such as `http://127.0.0.1:7300`. */
  readonly url: string;
  readonly token: string | undefined;
  /** Id of an approved request. */
  readonly approval?: string | undefined;
  /** For one attempt, from sending to the answer's last byte. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  readonly backoffMs: number;
  readonly send: Send;
  readonly signal: AbortSignal | undefined;
}

/** `T` is what the answer's JSON is taken to be: the server is trusted to answer in the manner of its API. */
export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the server's root, made by `route`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: object;
  /** Makes or rotates something: an Idempotency-Key keeps a retry from doing it twice. */
  readonly creates?: boolean;
  /** Is not sent again, whatever becomes of it: what it holds is good once. */
  readonly once?: boolean;
  /** The answer is not JSON but these bytes. */
  readonly raw?: boolean;
  /** Statuses beside 2xx whose body is the answer, not an error. */
  readonly answers?: readonly number[];
  /** Never set: it carries the type. */
  readonly type?: T;
}

export interface Answer<T> {
  readonly status: number;
  /** The parsed JSON, or undefined for an empty body; of a raw call the bytes. */
  readonly body: T;
}

interface Attempt<T> extends Answer<T> {
  readonly header: (name: string) => string | undefined;
}

/**
 * Sends calls over HTTP: authenticates, retries on 429, 503 and broken connections with backoff (`Retry-After` first), never
 * on any other refusal and never after a timeout, and turns problem documents into KeysteadErrors.
 */
export class Transport {
  readonly #base: string;

  readonly #settings: TransportSettings;

  constructor(settings: TransportSettings) {
    this.#base = mustBeAddress(settings.url);
    if (settings.token !== undefined && !/^[\x21-\x7e]+$/.test(settings.token)) {
      throw new KeysteadError(
        'invalid-request',
        'The token is not one of Keystead: it holds spaces or odd characters, or is empty.',
      );
    }
    this.#settings = settings;
  }

  /** @returns the answer's JSON. @throws KeysteadError */
  async call<T>(call: Call<T>): Promise<T> {
    return (await this.answer(call)).body;
  }

  async answer<T>(call: Call<T>): Promise<Answer<T>> {
    const request = this.#request(call);
    for (let retry = 0; ; retry++) {
      const attempt = await this.#attempt(call, request);
      const mayRetry = retry < this.#settings.retries && call.once !== true;
      if (attempt instanceof KeysteadError) {
        if (!mayRetry || attempt.code !== 'connection-failed') throw attempt;
        await this.#pause(backoffMs(retry, this.#settings.backoffMs));
        continue;
      }
      if ((attempt.status >= 200 && attempt.status < 300) || call.answers?.includes(attempt.status)) return attempt;
      const wait = retryAfterMs(attempt.header('retry-after'), Date.now()) ?? 0;
      const passing = attempt.status === 429 || attempt.status === 503;
      if (!passing || !mayRetry || wait > LONGEST_WAIT_MS)
        throw readProblem(attempt.status, attempt.body, attempt.header('x-request-id'));
      await this.#pause(wait + backoffMs(retry, this.#settings.backoffMs));
    }
  }

  #request(call: Call<unknown>): Omit<Outgoing, 'signal'> {
    const headers: Record<string, string> = {
      accept: call.raw === true ? '*/*' : 'application/json, application/problem+json',
    };
    if (this.#settings.token !== undefined) headers['authorization'] = `Bearer ${this.#settings.token}`;
    if (this.#settings.approval !== undefined) headers['keystead-approval'] = this.#settings.approval;
    if (call.creates === true) headers['idempotency-key'] = randomUUID();
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const url = this.#base + call.path + queryString(call.query ?? {});
    return { url, method: call.method, headers, body: call.body === undefined ? undefined : JSON.stringify(call.body) };
  }

  async #attempt<T>(call: Call<T>, request: Omit<Outgoing, 'signal'>): Promise<Attempt<T> | KeysteadError> {
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort('timeout'), this.#settings.timeoutMs);
    const forward = () => ended.abort('aborted');
    this.#settings.signal?.addEventListener('abort', forward, { once: true });
    if (this.#settings.signal?.aborted === true) forward();
    try {
      const { status, bytes, header } = await this.#settings.send({ ...request, signal: ended.signal });
      const isRaw = call.raw === true && status >= 200 && status < 300;
      return { status, header, body: isRaw ? (bytes as T) : parse(bytes.toString('utf8'), status) };
    } catch (error) {
      return error instanceof KeysteadError ? error : this.#failure(error, ended.signal);
    } finally {
      clearTimeout(timer);
      this.#settings.signal?.removeEventListener('abort', forward);
    }
  }

  #failure(cause: unknown, ended: AbortSignal): KeysteadError {
    if (ended.reason === 'aborted') return new KeysteadError('aborted', 'The call was ended by its signal.', { cause });
    if (ended.reason === 'timeout') {
      const detail = `No answer from ${this.#base} within ${this.#settings.timeoutMs} ms. What was asked for may have been done.`;
      return new KeysteadError('timeout', detail, { cause });
    }
    const reason = reasonOf(cause);
    if (NOT_TRUSTED.test(reason)) {
      const detail = `${this.#base} does not prove that it is the server (${reason}): check its certificate, and ca and pin. Nothing was sent.`;
      return new KeysteadError('server-not-trusted', detail, { cause });
    }
    const detail = `Cannot reach ${this.#base} (${reason}): check the address, and that the server runs.`;
    return new KeysteadError('connection-failed', detail, { cause });
  }

  async #pause(ms: number): Promise<void> {
    try {
      await pause(ms, this.#settings.signal);
    } catch (cause) {
      throw new KeysteadError('aborted', 'The call was ended by its signal.', { cause });
    }
  }
}

/** The codes of a server that is not the one it should be, of OpenSSL and Node, and of a pin that does not fit. */
const NOT_TRUSTED =
  /^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET|VERIFY|DECODE)|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|ERR_TLS_CERT_|WRONG_PIN)/;

function mustBeAddress(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !['http:', 'https:'].includes(address.protocol)) {
    throw new KeysteadError(
      'invalid-request',
      `'${url}' is not the address of a server: give one like http://127.0.0.1:7300.`,
    );
  }
  if (address.username !== '' || address.password !== '' || address.search !== '' || address.hash !== '') {
    throw new KeysteadError('invalid-request', 'The address of the server holds no user, password, query or fragment.');
  }
  return address.origin + address.pathname.replace(/\/+$/, '');
}

function parse(text: string, status: number): ReturnType<typeof JSON.parse> {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (status >= 300) return undefined;
    const detail = `The answer (${status}) is not JSON: is the address that of a Keystead server?`;
    throw new KeysteadError('unexpected-answer', detail, { status, cause });
  }
}

/** The system's code behind Node's `fetch failed`, such as ECONNREFUSED; else the message. */
function reasonOf(error: unknown): string {
  const cause = isObject(error) && isObject(error['cause']) ? error['cause'] : error;
  if (!isObject(cause)) return 'unknown reason';
  return String(cause['code'] ?? cause['message']);
}
