import { checkPrime, type KeyObject } from 'node:crypto';
import { KmsError } from '../../errors.js';

function isPrime(candidate: bigint): Promise<boolean> {
  return new Promise((resolve, reject) => {
    checkPrime(candidate, (error, prime) => (error ? reject(error) : resolve(prime)));
  });
}

/**
 * What FIPS 186-5 A.1 and SP 800-56B 6.4.1.2 ask of an RSA key that somebody brings; OpenSSL takes a key whose parts do not fit. The
 * parts become BigInts here, which cannot be zeroed: this runs once per import.
 * @throws KmsError invalid-key-material
 */
export async function mustBeSoundRsa(privateKey: KeyObject, bits: number): Promise<void> {
  const jwk = privateKey.export({ format: 'jwk' });
  const part = (name: string): bigint => BigInt(`0x0${Buffer.from(String(jwk[name]), 'base64url').toString('hex')}`);
  const [n, e, d] = [part('n'), part('e'), part('d')];
  const [p, q] = [part('p'), part('q')];

  if (e % 2n === 0n || e <= 65_536n || e >= 1n << 256n) {
    throw unsound('its public exponent must be odd, above 2^16 and below 2^256');
  }
  const half = BigInt(bits / 2);
  const apart = p > q ? p - q : q - p;
  const consistent =
    p * q === n &&
    p >> (half - 1n) === 1n &&
    q >> (half - 1n) === 1n &&
    apart > 1n << (half - 100n) &&
    d > 1n << half &&
    d < n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    part('dp') === d % (p - 1n) &&
    part('dq') === d % (q - 1n) &&
    (part('qi') * q) % p === 1n &&
    part('qi') < p;
  if (!consistent) throw unsound('its parts do not fit together');
  if (!(await isPrime(p)) || !(await isPrime(q))) throw unsound('its factors are not prime');
}

function unsound(why: string): KmsError {
  return new KmsError('invalid-key-material', `The RSA key is not sound: ${why}.`);
}
