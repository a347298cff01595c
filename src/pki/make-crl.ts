import 'reflect-metadata';
import { AuthorityKeyIdentifierExtension, Extension, X509Crl, X509CrlGenerator, X509CrlReason } from '@peculiar/x509';
import { der } from '../crypto/der.js';
import type { RevocationReason } from '../keys/version-states.js';
import { keyIdOf, nameOf, type Issuer } from './make-certificate.js';
import { webCryptoOf } from './signing.js';

export interface Revoked {
  /** Hex. */
  readonly serial: string;
  readonly at: Date;
  readonly reason: RevocationReason;
}

export interface WantedCrl {
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly Revoked[];
}

const CRL_NUMBER = '2.5.29.20';
const INTEGER = 0x02;

/** RFC 5280 section 5.3.1; `unspecified` is said by saying nothing. */
const REASONS: Readonly<Record<RevocationReason, X509CrlReason | undefined>> = {
  compromised: X509CrlReason.keyCompromise,
  superseded: X509CrlReason.superseded,
  ceased: X509CrlReason.cessationOfOperation,
  'affiliation-changed': X509CrlReason.affiliationChanged,
  'privilege-withdrawn': X509CrlReason.privilegeWithdrawn,
  unspecified: undefined,
};

/** @returns the revocation list (RFC 5280 section 5) in DER */
export async function makeCrl(wanted: WantedCrl, issuer: Issuer): Promise<Buffer> {
  const { crypto, signing } = webCryptoOf(issuer.sign);
  const list = await X509CrlGenerator.create(
    {
      issuer: nameOf(issuer.name),
      thisUpdate: wanted.thisUpdate,
      nextUpdate: wanted.nextUpdate,
      entries: wanted.revoked.map(({ serial, at, reason }) => {
        const code = REASONS[reason];
        return { serialNumber: serial, revocationDate: at, ...(code === undefined ? {} : { reason: code }) };
      }),
      extensions: [
        new AuthorityKeyIdentifierExtension(keyIdOf(issuer.publicKey)),
        new Extension(CRL_NUMBER, false, Uint8Array.from(der(INTEGER, positive(wanted.number)))),
      ],
      ...signing,
    },
    crypto,
  );
  return Buffer.from(list.rawData);
}

/** @returns the serial numbers that it names, in hex */
export function serialsIn(crl: Buffer): ReadonlySet<string> {
  return new Set(new X509Crl(Uint8Array.from(crl)).entries.map(({ serialNumber }) => serialNumber));
}

/** The content of an INTEGER. */
function positive(value: number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(`00${hex.padStart(hex.length + (hex.length % 2), '0')}`.replace(/^00(?=[0-7])/, ''), 'hex');
}
