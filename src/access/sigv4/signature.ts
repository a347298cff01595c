import { createHmac, hash } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** For what a signature is good: a day, a region, a service. */
export interface Scope {
  /** `yyyymmdd`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

export function scopeText({ day, region, service }: Scope): string {
  return `${day}/${region}/${service}/aws4_request`;
}

/** @param time `yyyymmddThhmmssZ` */
export function stringToSign(time: string, scope: Scope, canonicalRequest: string): string {
  return `${ALGORITHM}\n${time}\n${scopeText(scope)}\n${hash('sha256', canonicalRequest)}`;
}

/** The key of one day, region and service: whoever has it cannot sign for others. */
export function signingKey(secretAccessKey: Buffer, { day, region, service }: Scope): Buffer {
  const first = Buffer.concat([Buffer.from('AWS4'), secretAccessKey]);
  const key = [day, region, service, 'aws4_request'].reduce(hmac, first);
  first.fill(0);
  return key;
}

export function signatureOf(key: Buffer, text: string): Buffer {
  return hmac(key, text);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
