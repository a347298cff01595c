import 'reflect-metadata';
import { createHash, randomBytes } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509';
import { webCryptoOf, type SignAsAuthority } from './signing.js';

export interface Made {
  /** X.509 in DER. */
  readonly certificate: Buffer;
  /** Hex. */
  readonly serial: string;
}

interface Period {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

interface Subject extends Period {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly name: string;
}

/** What a certificate of a caller says. */
export interface Wanted extends Subject {
  readonly uri: string;
  /** With names, it is a server's certificate too. */
  readonly dnsNames: readonly string[];
  readonly crlUrl: string | null;
}

/** Who issues it. */
export interface Issuer {
  readonly name: string;
  readonly publicKey: Buffer;
  readonly sign: SignAsAuthority;
}

/** A certificate authority's own certificate: issues certificates and revocation lists, and no further authorities. */
export async function makeAuthorityCertificate(subject: Subject, sign: SignAsAuthority): Promise<Made> {
  const extensions = [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ];
  return make(subject, { name: subject.name, publicKey: subject.publicKey, sign }, extensions);
}

/** A certificate of a caller or a node (RFC 5280; X.509-SVID section 4). */
export async function makeCertificate(wanted: Wanted, issuer: Issuer): Promise<Made> {
  const { uri, dnsNames, crlUrl } = wanted;
  const names = [{ type: 'url', value: uri } as const, ...dnsNames.map((value) => ({ type: 'dns', value }) as const)];
  const usages = [ExtendedKeyUsage.clientAuth, ...(dnsNames.length > 0 ? [ExtendedKeyUsage.serverAuth] : [])];
  const extensions = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(usages),
    new SubjectAlternativeNameExtension(names),
    new AuthorityKeyIdentifierExtension(keyIdOf(issuer.publicKey)),
    ...(crlUrl === null ? [] : [new CRLDistributionPointsExtension([crlUrl])]),
  ];
  return make(wanted, issuer, extensions);
}

async function make(subject: Subject, issuer: Issuer, extensions: readonly Extension[]): Promise<Made> {
  const { crypto, signing } = webCryptoOf(issuer.sign);
  const serial = serialNumber();
  const certificate = await X509CertificateGenerator.create(
    {
      subject: nameOf(subject.name),
      issuer: nameOf(issuer.name),
      publicKey: Uint8Array.from(subject.publicKey),
      serialNumber: serial,
      notBefore: subject.notBefore,
      notAfter: subject.notAfter,
      extensions: [...extensions, new SubjectKeyIdentifierExtension(keyIdOf(subject.publicKey))],
      ...signing,
    },
    crypto,
  );
  return { certificate: Buffer.from(certificate.rawData), serial };
}

/** As values, so that nothing in it is read as syntax. */
export function nameOf(commonName: string): { CN: string[] }[] {
  return [{ CN: [commonName] }];
}

/** RFC 7093 section 2, method 1. */
export function keyIdOf(publicKey: Buffer): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, 40);
}

/** 126 random bits; positive, and always of 16 bytes. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
