import { z } from 'zod';
import { CERTIFICATE_STATES, REVOCATION_REASONS } from '../../../operations/vocabulary.js';
import { duration } from './access.js';
import { PAGING } from './paging.js';
import { ref } from './words.js';

const csr = z
  .string()
  .min(1)
  .max(16_384)
  .meta({
    description: 'PKCS#10 in PEM. Only its key counts: names and extensions are the service’s to give.',
    examples: ['-----BEGIN CERTIFICATE REQUEST-----\n…\n-----END CERTIFICATE REQUEST-----\n'],
  });

const pem = (description: string) => z.string().meta({ description });
const moment = z.iso.datetime();

export const initPkiBody = z.strictObject({
  trustDomain: z
    .string()
    .min(1)
    .max(50)
    .meta({ description: 'SPIFFE trust domain', examples: ['prod.example'] }),
  maxLifetime: z
    .exactOptional(duration)
    .meta({ description: 'How long a certificate may live: seconds, or a text such as 24h. Default 7d, at most 90d.' }),
  crlUrl: z
    .exactOptional(z.string().min(1).max(512))
    .meta({ description: 'Where the world fetches the revocation list; in every certificate' }),
});

export const authorityAnswer = z
  .object({
    trustDomain: z.string(),
    certificate: pem('PEM'),
    fingerprint: z.string().meta({ description: 'SHA-256 of the certificate' }),
    expiresAt: moment,
    maxLifetime: z.number().meta({ description: 'Seconds' }),
    crlUrl: z.string().nullable(),
    crl: pem('Revocation list, PEM'),
    crlNumber: z.number(),
    crlThisUpdate: moment,
    crlNextUpdate: moment,
  })
  .meta({ id: 'CertificateAuthority' });

export const requestCertificateBody = z.strictObject({
  csr,
  caller: z
    .exactOptional(ref('Id or name of a caller', 'billing'))
    .meta({ description: 'Default: who asks. For another, an administrator asks.' }),
  dnsNames: z.exactOptional(z.array(z.string().min(1).max(253)).max(16)).meta({
    description: 'Of a node’s server certificate; an administrator names them',
    examples: [['kms.prod.example']],
  }),
  expiresIn: z
    .exactOptional(duration)
    .meta({ description: 'Life of each certificate: seconds, or a text such as 12h. Default 24h.' }),
});

export const renewCertificateBody = z.strictObject({ csr });

export const revokeCertificateBody = z.strictObject({
  reason: z.exactOptional(z.enum(REVOCATION_REASONS)).meta({ description: 'Default unspecified' }),
});

export const listCertificatesQuery = z.strictObject({
  ...PAGING,
  state: z.exactOptional(z.enum(CERTIFICATE_STATES)),
});

export const certificateAnswer = z
  .object({
    id: z.string(),
    caller: z.string().meta({ description: 'Id of the caller whom it lets in' }),
    requester: z.string(),
    state: z.enum(CERTIFICATE_STATES),
    dnsNames: z.array(z.string()),
    lifetime: z.number().meta({ description: 'Seconds, of each certificate' }),
    pin: z.string().meta({ description: 'SHA-256 of the public key of the newest request, in base64' }),
    serial: z.string().nullable().meta({ description: 'Of the newest certificate, in hex' }),
    certificate: z.string().nullable().meta({ description: 'The newest, in PEM' }),
    credential: z.string().nullable().meta({ description: 'Id of the credential that it is' }),
    decidedBy: z.string().nullable(),
    reason: z.enum(REVOCATION_REASONS).nullable(),
    createdAt: moment,
    expiresAt: moment.meta({ description: 'Until when it may be decided; then the end of the newest certificate' }),
  })
  .meta({ id: 'Certificate' });
