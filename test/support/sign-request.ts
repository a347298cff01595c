import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { WireRequest } from '../../src/access/sigv4/canonical-request.js';

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 and its HMAC as the signer of the AWS SDK takes them. */
class Sha256 {
  readonly #parts: Buffer[] = [];
  constructor(private readonly secret?: Bytes) {}

  update(part: Bytes): void {
    this.#parts.push(bytesOf(part));
  }

  async digest(): Promise<Uint8Array> {
    const hash = this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret));
    return hash.update(Buffer.concat(this.#parts)).digest();
  }

  reset(): void {
    this.#parts.length = 0;
  }
}

function bytesOf(part: Bytes): Buffer {
  if (typeof part === 'string') return Buffer.from(part);
  return part instanceof ArrayBuffer ? Buffer.from(part) : Buffer.from(part.buffer, part.byteOffset, part.byteLength);
}

export interface ToSign {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: Date;
  readonly region?: string;
  readonly service?: string;
  readonly sessionToken?: string;
  /** Names that are sent and not signed. */
  readonly unsigned?: readonly string[];
}

export const KEY = { accessKeyId: 'AKIDEXAMPLEEXAMPLE00', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** A request as the signer of the AWS SDK for JavaScript signs it, and as a server gets it. */
export async function signRequest(asked: ToSign, credentials = KEY): Promise<WireRequest> {
  const { method = 'POST', path = '/', query = {}, headers, body, at, region = 'us-east-1', service = 'kms' } = asked;
  const { sessionToken, unsigned = [] } = asked;
  const signer = new SignatureV4({
    credentials: { ...credentials, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region,
    service,
    sha256: Sha256,
  });
  const request = {
    method,
    protocol: 'http:',
    hostname: 'localhost',
    path,
    query: { ...query },
    headers: { ...headers },
    body,
  };
  const signed = await signer.sign(request, { signingDate: at, unsignableHeaders: new Set(unsigned) });
  return {
    method,
    url: path + queryText(query),
    headers: Object.entries(signed.headers).flat(),
    bodyHash: createHash('sha256').update(body).digest('hex'),
  };
}

function queryText(query: NonNullable<ToSign['query']>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}
