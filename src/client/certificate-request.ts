import { generateKeyPairSync, sign } from 'node:crypto';

export interface NewCertificateRequest {
  /** PKCS#10 in PEM. */
  readonly csr: string;
  /** Its private key, PKCS#8 in PEM. The service never sees it. */
  readonly key: string;
}

/** AlgorithmIdentifier of ecdsa-with-SHA256 (RFC 5758 section 3.2). */
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const VERSION_0 = Buffer.of(0x02, 1, 0);
const NO_NAME = Buffer.of(0x30, 0);
const NO_ATTRIBUTES = Buffer.of(0xa0, 0);

/** A new P-256 key and a certification request for it (RFC 2986). It names nobody: the service knows who asks. */
export function makeCertificateRequest(): NewCertificateRequest {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const info = sequence(VERSION_0, NO_NAME, spki, NO_ATTRIBUTES);
  const signature = sign('sha256', info, privateKey);
  const bits = Buffer.concat([Buffer.of(0x03, signature.length + 1, 0), signature]);
  const lines =
    sequence(info, ECDSA_SHA256, bits)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    csr: ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A SEQUENCE in DER, of up to 255 bytes. */
function sequence(...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const length = body.length < 0x80 ? Buffer.of(body.length) : Buffer.of(0x81, body.length);
  return Buffer.concat([Buffer.of(0x30), length, body]);
}
