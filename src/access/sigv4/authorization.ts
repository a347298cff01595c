import type { Scope } from './signature.js';

/** What the header Authorization says of a signed request. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** In lower case, in order, none twice. */
  readonly signedHeaders: readonly string[];
  readonly signature: Buffer;
}

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=(\w{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request, ?SignedHeaders=([a-z0-9;_-]{1,4096}), ?Signature=([0-9a-f]{64})$/;

/** @returns undefined for anything else, SigV4A and signatures of other versions among it */
export function parseAuthorization(header: string): Authorization | undefined {
  const match = HEADER.exec(header);
  if (!match) return undefined;
  const [, accessKeyId = '', day = '', region = '', service = '', names = '', signature = ''] = match;
  const signedHeaders = names.split(';');
  if (signedHeaders.some((name, at) => name === '' || (at > 0 && name <= (signedHeaders[at - 1] ?? '')))) {
    return undefined;
  }
  return { accessKeyId, scope: { day, region, service }, signedHeaders, signature: Buffer.from(signature, 'hex') };
}
