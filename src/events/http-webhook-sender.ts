import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { DeliveryFailure } from './records.js';
import { isLoopbackAddress, isRefusedAddress } from './refused-address.js';
import { WebhookSender, type Sent } from './webhook-sender.js';
import { hostOf, readWebhookUrl } from './webhook-url.js';

const TIMEOUT_MS = 10_000;
/** Of an answer's body: read so that the receiver gets rid of it, and thrown away. */
const MOST_ANSWER_BYTES = 16_384;

type Resolve = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
) => void;

class RefusedAddress extends Error {}

/** HTTP without redirects, proxies or connections kept open; addresses are judged after the name was resolved. */
export class HttpWebhookSender extends WebhookSender {
  constructor(
    private readonly timeoutMs = TIMEOUT_MS,
    private readonly resolve: Resolve = dnsLookup,
  ) {
    super();
  }

  override post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Sent> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    return new Promise((settle) => {
      let status: number | undefined;
      let request: ClientRequest | undefined;
      const over = (error?: unknown) => settle(outcomeOf(status, failureOf(error, timeout)));
      try {
        request = this.#open(readWebhookUrl(url), headers, body, AbortSignal.any([timeout, signal]));
      } catch {
        settle({ error: 'refused-address', status: null });
        return;
      }
      request.on('response', (response) => {
        status = response.statusCode;
        readAway(response, over);
      });
      request.on('error', over);
      request.on('close', over);
      request.end(body);
    });
  }

  #open(url: URL, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): ClientRequest {
    const host = hostOf(url);
    const isSecure = url.protocol === 'https:';
    // The name is not looked up where it is an address.
    if (isIP(host) !== 0) mustBeAllowed(host, isSecure);
    const request = isSecure ? requestHttps : requestHttp;
    return request(url, {
      method: 'POST',
      agent: false,
      // Whatever the environment says.
      ...(isSecure && { rejectUnauthorized: true }),
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
      lookup: (hostname, options, callback) => {
        this.resolve(hostname, { ...options, all: true }, (error, found) => {
          if (error) return callback(error, []);
          const addresses = Array.isArray(found) ? found : [];
          try {
            for (const { address } of addresses) mustBeAllowed(address, isSecure);
          } catch (refusal) {
            return callback(refusal as Error, []);
          }
          const [first] = addresses;
          if (options.all === true || !first) return callback(null, addresses);
          return callback(null, first.address, first.family);
        });
      },
    });
  }
}

/** @throws RefusedAddress */
function mustBeAllowed(address: string, isSecure: boolean): void {
  if (isRefusedAddress(address) || !(isSecure || isLoopbackAddress(address))) throw new RefusedAddress();
}

/** The status decides, however long the body goes on. */
function readAway(response: IncomingMessage, over: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) response.destroy();
  });
  response.on('close', over);
  response.on('error', over);
}

function outcomeOf(status: number | undefined, failure: DeliveryFailure): Sent {
  if (status === undefined) return { error: failure, status: null };
  if (status >= 200 && status < 300) return { status };
  return { error: status >= 300 && status < 400 ? 'redirect' : 'status', status };
}

function failureOf(error: unknown, timeout: AbortSignal): DeliveryFailure {
  if (error instanceof RefusedAddress) return 'refused-address';
  if (timeout.aborted) return 'timeout';
  const { code = '' } = Object(error) as { readonly code?: string };
  return /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code) ? 'tls' : 'unreachable';
}
