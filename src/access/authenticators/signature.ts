import { timingSafeEqual } from 'node:crypto';
import { sessionTokenHash } from '../access-key.js';
import type { Authenticator } from '../authenticator.js';
import type { Digest } from '../factors.js';
import type { PresentedSignature } from '../presented.js';
import type { CredentialRow } from '../records.js';
import { openSecret } from '../sealed-secret.js';
import { readSignedRequest } from '../sigv4/read-signed-request.js';
import { scopeText, signatureOf, signingKey, type Scope } from '../sigv4/signature.js';

/** Stands in for the secret of a key that is not known, so that time does not tell. */
const NOBODYS = Buffer.alloc(40, 'x');

/** The signing key that each access key used last: a client keeps to one region, for a day. */
const derived = new WeakMap<CredentialRow, { readonly scope: string; readonly key: Buffer }>();

/** A request that was signed by Signature Version 4 with an access key. */
export const authenticateSignature: Authenticator<PresentedSignature> = (
  { request, service },
  { access, digest, now },
) => {
  const read = readSignedRequest(request, service, now);
  if ('refusal' in read) return read;
  const { accessKeyId, scope, signature } = read;
  const known = access.credentials.get(accessKeyId);
  const credential = known?.accessKey ? known : undefined;
  const key = credential ? keyOf(credential, scope, digest) : signingKey(NOBODYS, scope);
  const matches = timingSafeEqual(signatureOf(key, read.stringToSign), signature);
  if (!credential) return { refusal: 'unknown-access-key', about: accessKeyId };
  if (!matches) return { refusal: 'bad-signature', about: accessKeyId };
  if (!isOfSession(credential, read.sessionToken, digest)) return { refusal: 'unknown-session', about: accessKeyId };
  if (read.sessionToken !== undefined && hasEnded(credential, now))
    return { refusal: 'ended-session', about: accessKeyId };
  return { credentials: [credential], strength: 'single', region: scope.region };
};

/** A temporary key comes with its own session token, a lasting one with none. */
function isOfSession({ id, hash }: CredentialRow, token: string | undefined, digest: Digest): boolean {
  if (hash.length === 0 || token === undefined) return hash.length === 0 && token === undefined;
  return timingSafeEqual(sessionTokenHash(digest, id, token), hash);
}

function hasEnded({ expiresAt }: CredentialRow, now: number): boolean {
  return expiresAt !== null && expiresAt.getTime() <= now;
}

function keyOf(credential: CredentialRow, scope: Scope, digest: Digest): Buffer {
  const text = scopeText(scope);
  const last = derived.get(credential);
  if (last?.scope === text) return last.key;
  const secret = openSecret(digest, 'access-key-secret', credential.id, credential.accessKey?.secret ?? '');
  const key = signingKey(secret, scope);
  secret.fill(0);
  derived.set(credential, { scope: text, key });
  return key;
}
