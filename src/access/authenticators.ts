import type { Authenticator, Evidence, Finding } from './authenticator.js';
import { authenticateCertificate } from './authenticators/certificate.js';
import { authenticateJwt } from './authenticators/jwt.js';
import { authenticatePassword } from './authenticators/password.js';
import { authenticateSignature } from './authenticators/signature.js';
import { authenticateToken } from './authenticators/token.js';
import type { Presented } from './presented.js';

type Kind = Presented['kind'];

/** Every way to prove who one is. A further one is a file and a line here. */
const AUTHENTICATORS: { readonly [K in Kind]: Authenticator<Extract<Presented, { kind: K }>> } = {
  token: authenticateToken,
  certificate: authenticateCertificate,
  jwt: authenticateJwt,
  password: authenticatePassword,
  signature: authenticateSignature,
};

export function find<K extends Kind>(
  presented: Extract<Presented, { kind: K }>,
  evidence: Evidence,
): Finding | Promise<Finding> {
  const kind: K = presented.kind;
  return AUTHENTICATORS[kind](presented, evidence);
}
