import { hash, verify } from '@node-rs/argon2';
import { KmsError } from '../errors.js';

/** Argon2id (RFC 9106) with 46 MiB, one pass and one lane: the first of OWASP's recommendations. What is hashed is keyed besides. */
const ARGON2ID = { algorithm: 2, memoryCost: 47_104, timeCost: 1, parallelism: 1 } as const;
/** NIST SP 800-63B-4 section 3.1.1.2: length, no rules of composition. */
const LENGTH = { least: 12, most: 256 } as const;

/** Hashes take 46 MiB and a thread each: so many at once, and so many that wait. */
const AT_ONCE = 2;
const WAITING = 32;

/** Of no password: what is verified where nobody has the name, so that time does not tell. */
const NOBODYS = '$argon2id$v=19$m=47104,t=1,p=1$bm9ib2R5cyBzYWx0IG9mIDE2$c7hDAVXsMVEG6lYgGPrEn2pZc1c2DqJ1qeKsrUdkNoU';

let running = 0;
const waiting: (() => void)[] = [];

/** @throws KmsError invalid-request */
export function mustBePassword(password: string, name: string): void {
  const length = Array.from(password).length;
  if (length < LENGTH.least || length > LENGTH.most) {
    throw new KmsError('invalid-request', `password: ${LENGTH.least} to ${LENGTH.most} characters`);
  }
  const lower = password.toLowerCase();
  if (lower === name.toLowerCase() || new Set(lower).size < 5) {
    throw new KmsError('invalid-request', 'password: neither the own name nor a few characters over and over');
  }
}

/**
 * @param secret what stands for the password: its keyed digest, so that a stolen table cannot be searched without the root key
 * @returns a PHC string
 * @throws KmsError overloaded
 */
export function hashPassword(secret: string): Promise<string> {
  return inTurn(() => hash(secret, ARGON2ID));
}

/**
 * Takes as long for nobody's hash as for somebody's.
 * @param hashed undefined where there is none
 * @throws KmsError overloaded
 */
export async function isPassword(secret: string, hashed: string | undefined): Promise<boolean> {
  const matches = await inTurn(() => verify(hashed ?? NOBODYS, secret));
  return matches && hashed !== undefined;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running === AT_ONCE) {
    if (waiting.length === WAITING) throw new KmsError('overloaded', 'too many people log in at once; try again');
    await new Promise<void>((go) => waiting.push(go));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
