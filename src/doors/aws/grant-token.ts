import { randomBytes } from 'node:crypto';
import { AwsError } from './aws-error.js';

const LABEL = 'keystead-grant-1';
const PATTERN = /^keystead-grant-1 ([0-9a-f-]{36}) ([0-9a-f]{64}) [0-9a-f]{32}$/;

/** Names a grant, and is another one each time. It is no secret and opens nothing: a grant holds at once, on every node. */
export function grantToken(keyId: string, grantId: string): string {
  return Buffer.from([LABEL, keyId, grantId, randomBytes(16).toString('hex')].join(' ')).toString('base64');
}

/** @throws AwsError InvalidGrantTokenException */
export function readGrantToken(token: string): { readonly keyId: string; readonly grantId: string } {
  const [, keyId, grantId] = PATTERN.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (keyId === undefined || grantId === undefined) {
    throw new AwsError('InvalidGrantTokenException', 'A grant token in the request is not one of this service.');
  }
  return { keyId, grantId };
}
