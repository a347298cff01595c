import { createHash, type X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { SubjectAlternativeNameExtension, X509Certificate as ParsedCertificate } from '@peculiar/x509';
import type { PresentedCertificate } from '../../../operations/arrival.js';
import type { ClientTrust } from './client-trust.js';

interface Seen {
  readonly certificate: X509Certificate;
  readonly names: Pick<PresentedCertificate, 'uris' | 'dnsNames' | 'pin'> | undefined;
  trust: ClientTrust | undefined;
  verifiedAt: number;
  problem: string | undefined;
}

const VERIFY_AGAIN_MS = 60_000;
/** A certificate is parsed once for each connection; verified again when the trust is another one, and every minute. */
const seen = new WeakMap<Socket, Seen>();

/** @returns the certificate that the peer presented in the handshake; undefined when it presented none */
export function clientCertificate(
  socket: Socket,
  trust: ClientTrust | undefined,
  now: number,
): PresentedCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const known = seen.get(socket) ?? firstLook(socket);
  if (!known) return undefined;
  if (known.trust !== trust || now - known.verifiedAt > VERIFY_AGAIN_MS) {
    known.trust = trust;
    known.verifiedAt = now;
    known.problem = trust ? trust.problemOf(known.certificate, now) : 'NO_CLIENT_CA';
  }
  const handshake = socket.authorized ? undefined : reasonOf(socket);
  const expired = Date.parse(known.certificate.validTo) < now ? 'CERT_HAS_EXPIRED' : undefined;
  const names = known.names ?? { uris: [], dnsNames: [], pin: '' };
  const unreadable = known.names ? undefined : 'UNREADABLE';
  return { ...names, problem: handshake ?? expired ?? known.problem ?? unreadable };
}

function firstLook(socket: TLSSocket): Seen | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  const names = namesOf(certificate.raw);
  const look: Seen = { certificate, names, trust: undefined, verifiedAt: 0, problem: 'NO_CLIENT_CA' };
  seen.set(socket, look);
  return look;
}

function namesOf(raw: Buffer): Seen['names'] {
  try {
    const parsed = new ParsedCertificate(raw);
    const names = parsed.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
    const of = (type: string) => names.filter((name) => name.type === type).map(({ value }) => value);
    const pin = createHash('sha256').update(Buffer.from(parsed.publicKey.rawData)).digest('base64');
    return { uris: of('url'), dnsNames: of('dns').map((name) => name.toLowerCase()), pin };
  } catch {
    return undefined;
  }
}

/** Node gives OpenSSL's code as a text, whatever its types say. */
function reasonOf({ authorizationError }: TLSSocket): string {
  return String(authorizationError ?? 'NOT_AUTHORIZED').slice(0, 64);
}
