import { z } from 'zod';
import { CREDENTIAL_KINDS } from '../../../operations/vocabulary.js';
import { duration, listedTokenAnswer, tokenAnswer } from './access.js';
import { text } from './words.js';

const words = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(2048)
    .meta({ description, examples: [example] });

const certificateMatch = z
  .union(
    [
      z.strictObject({ spiffe: words('The one URI of its subjectAltName', 'spiffe://prod.example/billing') }),
      z.strictObject({ dns: words('A DNS name of its subjectAltName', 'billing.prod.example') }),
      z.strictObject({
        pin: words('SHA-256 of its public key (SubjectPublicKeyInfo), in base64', `${'A'.repeat(43)}=`),
      }),
    ],
    { error: 'must be {"spiffe": …}, {"dns": …} or {"pin": …}' },
  )
  .meta({ description: 'Which client certificates it stands for', examples: [{ dns: 'billing.prod.example' }] });

const jwtMatch = z
  .strictObject({
    issuer: words('As in the claim iss', 'https://token.actions.example'),
    subject: words('The claim that names callers at this issuer', 'repo:shop/billing:ref:refs/heads/main'),
    claims: z
      .exactOptional(z.record(z.string(), z.string()))
      .meta({ description: 'Further claims that must be there, as a text or in a list' }),
  })
  .meta({ description: 'Which JWTs it stands for' });

const more = {
  expiresIn: z
    .exactOptional(duration)
    .meta({ description: 'Its life: seconds, or a text such as 12h. Default and at most 400d.' }),
  description: z.exactOptional(text('For people', 1024)),
};

export const createCredentialBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('certificate'), match: certificateMatch, ...more }),
    z.strictObject({ kind: z.literal('jwt'), match: jwtMatch, ...more }),
  ])
  .meta({ example: { kind: 'certificate', match: { dns: 'shop.example' } } });

const ofEveryKind = {
  kind: z.enum(CREDENTIAL_KINDS),
  match: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({ description: 'Which certificates or JWTs it stands for; null for a token' }),
};

export const credentialAnswer = tokenAnswer.extend(ofEveryKind).meta({ id: 'Credential' });

export const listedCredentialAnswer = listedTokenAnswer.extend(ofEveryKind).meta({ id: 'ListedCredential' });
