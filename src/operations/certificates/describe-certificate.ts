import { createHash } from 'node:crypto';
import type { RevocationReason } from '../../keys/version-states.js';
import { certificateStateAt, type CertificateRow, type CertificateState } from '../../pki/records.js';
import { toPem } from '../../pki/pem.js';

/** A registration as every answer shows it: the request, who decided it, and the newest certificate. */
export interface CertificateDescription {
  readonly id: string;
  readonly caller: string;
  readonly requester: string;
  readonly state: CertificateState;
  readonly dnsNames: readonly string[];
  /** Seconds, of each certificate. */
  readonly lifetime: number;
  /** SHA-256 of the public key of the newest request, in base64: what the approver compares. */
  readonly pin: string;
  /** Of the newest certificate, in hex. */
  readonly serial: string | null;
  /** PEM. */
  readonly certificate: string | null;
  /** By which it lets its caller in. */
  readonly credential: string | null;
  readonly decidedBy: string | null;
  readonly reason: RevocationReason | null;
  readonly createdAt: Date;
  /** Until when it may be decided; then the end of the newest certificate. */
  readonly expiresAt: Date;
}

export function describeCertificate(row: Omit<CertificateRow, 'revision'>, now: number): CertificateDescription {
  return {
    id: row.id,
    caller: row.callerId,
    requester: row.requesterId,
    state: certificateStateAt(row, now),
    dnsNames: row.dnsNames,
    lifetime: row.lifetime,
    pin: pinOf(row.publicKey),
    serial: row.issued.at(-1)?.serial ?? null,
    certificate: row.certificate && toPem('CERTIFICATE', row.certificate),
    credential: row.credentialId,
    decidedBy: row.decidedBy,
    reason: row.reason,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}

export function pinOf(publicKey: Buffer): string {
  return createHash('sha256').update(publicKey).digest('base64');
}
