import 'reflect-metadata';
import { createHash, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const DAY_MS = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Issued {
  /** PEM, the intermediates behind it. */
  readonly cert: string;
  /** PKCS#8, PEM. */
  readonly key: string;
  /** SHA-256 of the SubjectPublicKeyInfo, base64. */
  readonly pin: string;
  readonly serial: string;
}

export interface Wanted {
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  readonly ips?: readonly string[];
  /** Milliseconds from now. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** A certificate authority of a test (P-256), with its revocation list. */
export class Authority {
  readonly #revoked: { serialNumber: string; revocationDate: Date }[] = [];

  private constructor(
    readonly certificate: X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly chain: string,
  ) {}

  static async make(name = 'CN=keystead test authority'): Promise<Authority> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name,
      keys,
      serialNumber: serial(),
      ...period({}),
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new Authority(certificate, keys, '');
  }

  /** PEM. */
  get cert(): string {
    return `${this.certificate.toString('pem')}\n`;
  }

  async intermediate(name: string): Promise<Authority> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      subject: name,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      serialNumber: serial(),
      ...period({}),
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new Authority(certificate, keys, `${certificate.toString('pem')}\n${this.chain}`);
  }

  async issue(wanted: Wanted = {}): Promise<Issued> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const { dns = [], uris = [], ips = [] } = wanted;
    const names = [
      ...dns.map((value) => ({ type: 'dns', value }) as const),
      ...uris.map((value) => ({ type: 'url', value }) as const),
      ...ips.map((value) => ({ type: 'ip', value }) as const),
    ];
    const certificate = await X509CertificateGenerator.create({
      subject: 'CN=keystead test',
      issuer: this.certificate.subject,
      publicKey: await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
      signingKey: this.keys.privateKey,
      serialNumber: serial(),
      ...period(wanted),
      signingAlgorithm: ALGORITHM,
      extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
    });
    return {
      cert: `${certificate.toString('pem')}\n${this.chain}`,
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      pin: createHash('sha256').update(spki).digest('base64'),
      serial: certificate.serialNumber,
    };
  }

  revoke({ serial: serialNumber }: Issued): void {
    this.#revoked.push({ serialNumber, revocationDate: new Date(Date.now() - 1000) });
  }

  /** PEM. @param nextUpdate milliseconds from now */
  async crl(nextUpdate = DAY_MS): Promise<string> {
    const list = await X509CrlGenerator.create({
      issuer: this.certificate.subject,
      thisUpdate: new Date(Date.now() - DAY_MS),
      nextUpdate: new Date(Date.now() + nextUpdate),
      entries: this.#revoked,
      signingAlgorithm: ALGORITHM,
      signingKey: this.keys.privateKey,
    });
    return `${PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
  }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function period({ notBefore = -DAY_MS, notAfter = DAY_MS }: Wanted): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() + notBefore), notAfter: new Date(Date.now() + notAfter) };
}

function serial(): string {
  return `01${randomBytes(8).toString('hex')}`;
}
