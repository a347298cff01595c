import { timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from '../../support/fast-check.js';
import type { WireRequest } from '../../../src/access/sigv4/canonical-request.js';
import { readSignedRequest } from '../../../src/access/sigv4/read-signed-request.js';
import { signatureOf, signingKey } from '../../../src/access/sigv4/signature.js';
import { KEY, signRequest, type ToSign } from '../../support/sign-request.js';

const AT = new Date('2026-11-21T09:30:00Z');
const HEADERS = {
  host: 'localhost:7300',
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'TrentService.DescribeKey',
};
const ASKED: ToSign = { headers: HEADERS, body: '{"KeyId":"alias/a"}', at: AT };

/** Why a request is refused; undefined when its signature is right. */
function verdict(request: WireRequest, now = AT.getTime(), service = 'kms'): string | undefined {
  const read = readSignedRequest(request, service, now);
  if ('refusal' in read) return read.refusal;
  const key = signingKey(Buffer.from(KEY.secretAccessKey), read.scope);
  return timingSafeEqual(signatureOf(key, read.stringToSign), read.signature) ? undefined : 'bad-signature';
}

/** The same request with headers changed, added, or gone. */
function withHeaders(request: WireRequest, change: (headers: [string, string][]) => [string, string][]): WireRequest {
  const pairs = request.headers.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, request.headers[at + 1] ?? '']] : [],
  );
  return { ...request, headers: change(pairs).flat() };
}

function replaced(request: WireRequest, name: string, value: (before: string) => string): WireRequest {
  return withHeaders(request, (pairs) => pairs.map(([n, v]) => (n === name ? [n, value(v)] : [n, v])));
}

const minutes = (count: number): number => AT.getTime() + count * 60_000;

describe('a signed request', () => {
  it('is right as the AWS SDK signs it, whatever it holds', async () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
    const headers = fc.dictionary(
      word.map((name) => `x-${name}`).filter((name) => !name.startsWith('x-amz-')),
      fc.stringMatching(/^[\x21-\x7e][\x20-\x7e\t]{0,40}$/),
    );
    const query = fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }));
    const path = fc.array(fc.stringMatching(/^[\w.~%!'()*@:+-]{0,9}$/)).map((parts) => `/${parts.join('/')}`);
    await fc.assert(
      fc.asyncProperty(
        fc.record({ headers, query, path, body: fc.string({ unit: 'binary' }), region: word, seconds: fc.nat(1e9) }),
        async ({ headers: more, seconds, query: asked, ...rest }) => {
          const at = new Date(AT.getTime() + seconds * 1000);
          const pairs = Object.entries(asked).filter(([name]) => !/^(x-amz-|__proto__$)/i.test(name));
          const request = await signRequest({
            ...rest,
            query: Object.fromEntries(pairs),
            headers: { ...more, ...HEADERS },
            at,
          });
          expect(verdict(request, at.getTime())).toBeUndefined();
          expect(
            verdict({ ...request, url: `${request.url}${request.url.includes('?') ? '&' : '?'}z=1` }, at.getTime()),
          ).toBe('bad-signature');
          expect(verdict({ ...request, method: 'PUT' }, at.getTime())).toBe('bad-signature');
        },
      ),
    );
  });

  it('may leave its body’s hash out of the headers: the bytes are hashed here', async () => {
    const request = await signRequest({ ...ASKED, unsigned: ['x-amz-content-sha256'] });
    const without = withHeaders(request, (pairs) => pairs.filter(([name]) => name !== 'x-amz-content-sha256'));
    expect(without.headers).not.toContain('x-amz-content-sha256');
    expect(verdict(without)).toBeUndefined();
  });

  it('may bring headers that do not decide and are not signed', async () => {
    const request = await signRequest({
      ...ASKED,
      headers: { ...HEADERS, 'amz-sdk-request': 'attempt=1' },
      unsigned: ['amz-sdk-request'],
    });
    expect(verdict(request)).toBeUndefined();
    expect(verdict(replaced(request, 'amz-sdk-request', () => 'attempt=2'))).toBeUndefined();
  });

  it('is nobody’s without a signature, or with half of one', async () => {
    const request = await signRequest(ASKED);
    expect(verdict(withHeaders(request, (pairs) => pairs.filter(([name]) => name !== 'authorization')))).toBe(
      'nothing-presented',
    );
    for (const broken of [
      (text: string) => text.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
      (text: string) => text.replace(/, Signature=.*/, ''),
      (text: string) => text.toLowerCase(),
      (text: string) => `${text}0`,
      (text: string) => text.replace('/aws4_request', '/aws5_request'),
      (text: string) => text.replace('host;', 'host;host;'),
      () => 'Bearer kst_0',
      () => '',
    ]) {
      expect(verdict(replaced(request, 'authorization', broken))).toBe('malformed');
    }
  });
});

describe('an attacker who has a signed request', () => {
  it('does not use it for another operation', async () => {
    const request = await signRequest(ASKED);
    const other = replaced(request, 'x-amz-target', () => 'TrentService.ScheduleKeyDeletion');
    expect(verdict(other)).toBe('bad-signature');
  });

  it('finds none whose target, or any x-amz header, is not signed', async () => {
    expect(verdict(await signRequest({ ...ASKED, unsigned: ['x-amz-target'] }))).toBe('unsigned-header');
    expect(verdict(await signRequest({ ...ASKED, unsigned: ['content-type'] }))).toBe('unsigned-header');
    expect(verdict(await signRequest({ ...ASKED, unsigned: ['host'] }))).toBe('unsigned-header');
    const request = await signRequest(ASKED);
    for (const name of ['x-amz-target-2', 'X-Amz-Meta']) {
      expect(verdict(withHeaders(request, (pairs) => [...pairs, [name, 'a']]))).toBe('unsigned-header');
    }
    expect(verdict(withHeaders(request, (pairs) => pairs.filter(([name]) => name !== 'x-amz-target')))).toBe(
      'unsigned-header',
    );
  });

  it('does not change its body, nor claim another hash for it', async () => {
    const request = await signRequest(ASKED);
    const bodyHash = 'a'.repeat(64);
    expect(verdict({ ...request, bodyHash })).toBe('wrong-body-hash');
    expect(verdict(replaced({ ...request, bodyHash }, 'x-amz-content-sha256', () => bodyHash))).toBe('bad-signature');
  });

  it.each(['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'])(
    'does not get in with a body under %s',
    async (hash) => {
      const request = await signRequest({ ...ASKED, headers: { ...HEADERS, 'x-amz-content-sha256': hash } });
      expect(request.headers).toContain(hash);
      expect(verdict(request)).toBe('wrong-body-hash');
    },
  );

  it('does not use it for another region, day or service', async () => {
    const request = await signRequest(ASKED);
    expect(verdict(replaced(request, 'authorization', (text) => text.replace('us-east-1', 'eu-west-1')))).toBe(
      'bad-signature',
    );
    expect(verdict(replaced(request, 'authorization', (text) => text.replace('20261121', '20261120')))).toBe(
      'wrong-scope',
    );
    expect(verdict(await signRequest({ ...ASKED, service: 's3' }))).toBe('wrong-scope');
    expect(verdict(request, AT.getTime(), 'sts')).toBe('wrong-scope');
  });

  it('does not use it later, or sooner', async () => {
    const request = await signRequest(ASKED);
    expect(verdict(request, minutes(5))).toBeUndefined();
    expect(verdict(request, minutes(5) + 1000)).toBe('expired');
    expect(verdict(request, minutes(-5))).toBeUndefined();
    expect(verdict(request, minutes(-5) - 1000)).toBe('not-yet-valid');
    expect(readSignedRequest(request, 'kms', minutes(10))).toEqual({
      refusal: 'expired',
      about: 'Signature expired: 20261121T093000Z is now earlier than 20261121T093500Z (20261121T094000Z - 5 min.)',
    });
    expect(verdict(replaced(request, 'x-amz-date', () => '20261121T093100Z'))).toBe('bad-signature');
    expect(verdict(replaced(request, 'x-amz-date', () => '20261132T093000Z'))).toBe('malformed');
  });

  it('does not send a deciding header twice, in whatever case and order', async () => {
    const request = await signRequest(ASKED);
    for (const [name, value] of [
      ['X-Amz-Target', 'TrentService.Decrypt'],
      ['x-amz-date', '20261121T093000Z'],
      ['Host', 'elsewhere'],
      ['Authorization', 'AWS4-HMAC-SHA256'],
      ['Content-Type', 'application/x-www-form-urlencoded'],
    ] as const) {
      expect(verdict(withHeaders(request, (pairs) => [...pairs, [name, value]]))).toBe('malformed');
      expect(verdict(withHeaders(request, (pairs) => [[name, value], ...pairs]))).toBe('malformed');
    }
  });

  it('does not name the signed headers in another order or case', async () => {
    const request = await signRequest(ASKED);
    const names = 'content-type;host';
    expect(request.headers.join()).toContain(names);
    for (const other of ['host;content-type', 'Content-Type;host', 'content-type;content-type;host']) {
      expect(verdict(replaced(request, 'authorization', (text) => text.replace(names, other)))).toBe('malformed');
    }
    // The order in which headers come, and the case of their names, is the carrier's affair.
    expect(verdict(withHeaders(request, (pairs) => pairs.toReversed()))).toBeUndefined();
    expect(
      verdict(withHeaders(request, (pairs) => pairs.map(([name, value]) => [name.toUpperCase(), value]))),
    ).toBeUndefined();
  });

  it('does not have a session token added to it', async () => {
    const request = await signRequest(ASKED);
    expect(verdict(withHeaders(request, (pairs) => [...pairs, ['x-amz-security-token', 'a']]))).toBe('unsigned-header');
    const brought = readSignedRequest(await signRequest({ ...ASKED, sessionToken: 'a' }), 'kms', AT.getTime());
    expect(brought).toMatchObject({ sessionToken: 'a' });
  });

  it('does not sign by the query', async () => {
    const request = await signRequest(ASKED);
    for (const url of ['/?X-Amz-Signature=0', '/?a=b&x-amz-credential=c']) {
      expect(verdict({ ...request, url })).toBe('malformed');
    }
  });

  it('does not break the reader', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), (headers, url) => {
        expect(readSignedRequest({ method: 'POST', url, headers, bodyHash: '' }, 'kms', 0)).toHaveProperty('refusal');
      }),
    );
  });
});
