import { createHash } from 'node:crypto';
import { canonicalRequest } from '../../src/access/sigv4/canonical-request.js';
import { signatureOf, signingKey, stringToSign, scopeText } from '../../src/access/sigv4/signature.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const REGION = 'us-east-1';

/** One operation of AWS KMS as a whole HTTP request, with the headers that boto3 sends; good for five minutes. */
export function signed(action: string, body: object, { accessKeyId, secretAccessKey }: AwsCredentials): string {
  const text = JSON.stringify(body);
  const time = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host: '127.0.0.1',
    'x-amz-date': time,
    'x-amz-target': `TrentService.${action}`,
  };
  const names = Object.keys(headers);
  const scope = { day: time.slice(0, 8), region: REGION, service: 'kms' };
  const bodyHash = createHash('sha256').update(text).digest('hex');
  const canonical = canonicalRequest(
    { method: 'POST', url: '/', headers: Object.entries(headers).flat(), bodyHash },
    names,
  );
  const key = signingKey(Buffer.from(secretAccessKey), scope);
  const signature = signatureOf(key, stringToSign(time, scope, canonical)).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scopeText(scope)}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const lines = Object.entries({ ...headers, authorization, 'content-length': String(Buffer.byteLength(text)) });
  return `POST / HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`;
}
