import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseAuthorization } from '../../src/access/sigv4/authorization.js';
import { canonicalRequest, valuesByName, type WireRequest } from '../../src/access/sigv4/canonical-request.js';
import { signatureOf, signingKey, stringToSign } from '../../src/access/sigv4/signature.js';

/** The test suite of Signature Version 4 (aws-c-auth, Apache-2.0), beside the repository where it is present. */
const FOLDER = new URL('../../../shared/vectors/sigv4/', import.meta.url);
const cases = existsSync(FOLDER) ? readdirSync(FOLDER) : [];

interface Context {
  readonly credentials: { readonly access_key_id: string; readonly secret_access_key: string };
  readonly normalize: boolean;
  readonly region: string;
  readonly service: string;
}

function read(name: string, file: string): string {
  return readFileSync(new URL(`${name}/${file}`, FOLDER), 'utf8').replace(/\n$/, '');
}

/** The request as a server gets it: a header's further lines belong to its value. */
function wireRequest(text: string): WireRequest {
  const [head = '', ...rest] = text.split('\n\n');
  const [requestLine = '', ...lines] = head.split('\n');
  const [, method = '', url = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(requestLine) ?? [];
  const headers: string[] = [];
  for (const line of lines) {
    const at = line.indexOf(':');
    if (/^\s/.test(line)) headers.push(`${headers.pop() ?? ''}\n${line}`);
    else headers.push(line.slice(0, at), line.slice(at + 1));
  }
  return { method, url, headers, bodyHash: createHash('sha256').update(rest.join('\n\n')).digest('hex') };
}

const described = cases.length > 0 ? describe : describe.skip;
if (cases.length === 0) console.log('skipped: the SigV4 test suite is not beside this repository');

described('the published test suite of Signature Version 4', () => {
  it('is whole', () => {
    expect(cases).toHaveLength(38);
  });

  it.each(cases)('%s', (name) => {
    const { credentials, normalize, region, service } = JSON.parse(read(name, 'context.json')) as Context;
    const request = wireRequest(read(name, 'header-signed-request.txt'));
    const authorization = parseAuthorization(valuesByName(request.headers).get('authorization')?.[0] ?? '');
    const [time = ''] = valuesByName(request.headers).get('x-amz-date') ?? [];
    const scope = { day: time.slice(0, 8), region, service };
    expect(authorization).toMatchObject({ scope, accessKeyId: credentials.access_key_id });

    const canonical = canonicalRequest(request, authorization?.signedHeaders ?? [], { normalize });
    expect(canonical).toBe(read(name, 'header-canonical-request.txt'));
    const text = stringToSign(time, scope, canonical);
    expect(text).toBe(read(name, 'header-string-to-sign.txt'));
    const signature = signatureOf(signingKey(Buffer.from(credentials.secret_access_key), scope), text).toString('hex');
    expect(signature).toBe(read(name, 'header-signature.txt'));
    expect(authorization?.signature.toString('hex')).toBe(signature);
  });
});
