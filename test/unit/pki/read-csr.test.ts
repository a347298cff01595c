import 'reflect-metadata';
import { createPublicKey, webcrypto } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  BasicConstraintsExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  type Pkcs10CertificateRequest,
} from '@peculiar/x509';
import { makeCertificateRequest } from '../../../src/client/certificate-request.js';
import { isKmsError } from '../../../src/errors.js';
import { makeCertificate } from '../../../src/pki/make-certificate.js';
import { readCsr } from '../../../src/pki/read-csr.js';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const rsa = (modulusLength: number, hash = 'SHA-256') => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: Uint8Array.of(1, 0, 1),
  hash,
});

type Algorithm = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams;

async function request(algorithm: Algorithm, more: { name?: string; greedy?: boolean } = {}) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = [
    { type: 'url', value: 'spiffe://prod.example/caller/administrator' },
    { type: 'dns', value: 'kms.prod.example' },
  ] as const;
  const extensions = [new BasicConstraintsExtension(true, 9, true), new SubjectAlternativeNameExtension([...names])];
  return Pkcs10CertificateRequestGenerator.create({
    name: more.name ?? 'CN=x',
    keys,
    signingAlgorithm: algorithm,
    extensions: more.greedy ? extensions : [],
  });
}

function refusal(pem: string): string {
  try {
    readCsr(pem);
  } catch (error) {
    if (isKmsError(error, 'invalid-request')) return error.detail;
    throw error;
  }
  return 'none';
}

/** With one byte changed, from the end where `at` is negative. */
function damaged(csr: Pkcs10CertificateRequest, at: number): string {
  const der = copyOf(csr);
  der[at < 0 ? der.length + at : at]! ^= 1;
  return pem(der);
}

/** `Buffer.from` alone would share the memory, and change the request itself. */
const copyOf = (csr: Pkcs10CertificateRequest) => Buffer.from(csr.rawData.slice(0));

const pem = (der: Buffer, label = 'CERTIFICATE REQUEST') =>
  `-----BEGIN ${label}-----\n${der.toString('base64')}\n-----END ${label}-----\n`;

describe('a certification request', () => {
  it('gives its public key, whatever names and extensions it asks for', async () => {
    const own = makeCertificateRequest();
    expect(readCsr(own.csr)).toEqual(createPublicKey(own.key).export({ type: 'spki', format: 'der' }));
    for (const algorithm of [P256, { ...P256, namedCurve: 'P-384' }, rsa(2048), rsa(3072, 'SHA-512')]) {
      const greedy = await request(algorithm, { name: 'CN=administrator, O=x', greedy: true });
      expect(readCsr(greedy.toString('pem'))).toEqual(Buffer.from(greedy.publicKey.rawData));
    }
  });

  it('with a weak key, a weak hash or a signature of another key is refused', async () => {
    expect(refusal((await request(rsa(1024))).toString('pem'))).toMatch(/its key must be/);
    expect(refusal((await request({ ...P256, namedCurve: 'P-521' })).toString('pem'))).toMatch(/its key must be/);
    expect(refusal((await request(rsa(2048, 'SHA-1'))).toString('pem'))).toMatch(/SHA-2/);
    const good = await request(P256);
    expect(refusal(damaged(good, -1))).toMatch(/its signature is not/);
    const other = Buffer.from((await request(P256)).rawData);
    const swapped = copyOf(good);
    const point = other.indexOf(Buffer.from('03420004', 'hex'));
    other.copy(swapped, swapped.indexOf(Buffer.from('03420004', 'hex')), point, point + 68);
    expect(refusal(pem(swapped))).toMatch(/its signature is not/);
  });

  it('that is none, two, huge or followed by something is refused', async () => {
    const good = await request(P256);
    const der = Buffer.from(good.rawData);
    const text = good.toString('pem');
    const bad = ['', 'x', text + text, pem(der, 'CERTIFICATE'), pem(Buffer.alloc(20)), pem(Buffer.concat([der, der]))];
    for (const one of [...bad, pem(der.subarray(0, -1)), ' '.repeat(16_384) + text]) {
      expect(refusal(one)).toMatch(/^csr: /);
    }
  });

  it('with any byte changed is refused with a sentence', async () => {
    const good = await request(P256, { greedy: true });
    for (let at = 0; at < good.rawData.byteLength; at++) expect(refusal(damaged(good, at))).toMatch(/^csr: /);
  });
});

it('a name is a value in a certificate, and never syntax', async () => {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, ['sign', 'verify']);
  const sign = async (message: Buffer) =>
    Buffer.from(await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-384' }, keys.privateKey, message));
  const publicKey = readCsr(makeCertificateRequest().csr);
  const { certificate } = await makeCertificate(
    {
      publicKey,
      name: 'a,O=Keystead+CN=root',
      uri: 'spiffe://prod.example/caller/1/2',
      dnsNames: [],
      notBefore: new Date(0),
      notAfter: new Date(1000),
      crlUrl: null,
    },
    { name: 'Keystead prod.example', publicKey, sign },
  );
  const { X509Certificate } = await import('node:crypto');
  // Not toLegacyObject(): where it comes before the first use of node:tls, Node.js 20 has no createSecureContext from then on.
  expect(new X509Certificate(certificate).subject).toBe(String.raw`CN=a\,O=Keystead\+CN=root`);
});
