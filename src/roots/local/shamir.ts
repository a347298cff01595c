import { randomBytes } from 'node:crypto';

/** One point of the polynomials: where (x, from 1 to 255), and a value for each byte of the secret. */
export interface Share {
  readonly x: number;
  readonly y: Buffer;
}

/**
 * Shamir's secret sharing, byte by byte over GF(2^8) with the polynomial of AES (FIPS 197 section 4.2): each byte is the
 * constant of a random polynomial of degree k − 1. Fewer than k shares say nothing about the secret.
 * @param k how many shares it takes, 2 to n
 * @param n how many shares there are, up to 255
 */
export function split(secret: Buffer, k: number, n: number): Share[] {
  if (!(k >= 2 && k <= n && n <= 255)) throw new RangeError('2 ≤ k ≤ n ≤ 255');
  const coefficients = [secret, ...Array.from({ length: k - 1 }, () => randomBytes(secret.length))];
  const shares = Array.from({ length: n }, (_, i) => ({ x: i + 1, y: valueAt(coefficients, i + 1) }));
  for (const drawn of coefficients.slice(1)) drawn.fill(0);
  return shares;
}

/**
 * Lagrange's interpolation at 0. With too few or wrong shares the answer is wrong: who calls checks it.
 * @param shares at least k, of different x and the same length
 */
export function combine(shares: readonly Share[]): Buffer {
  const secret = Buffer.alloc(shares[0]?.y.length ?? 0);
  for (const { x, y } of shares) {
    let weight = 1;
    for (const other of shares) if (other.x !== x) weight = multiply(weight, divide(other.x, other.x ^ x));
    for (let i = 0; i < secret.length; i++) secret[i] = (secret[i] ?? 0) ^ multiply(y[i] ?? 0, weight);
  }
  return secret;
}

/** Horner's rule, for all bytes at once. */
function valueAt(coefficients: readonly Buffer[], x: number): Buffer {
  const value = Buffer.alloc(coefficients[0]?.length ?? 0);
  for (const coefficient of coefficients.toReversed()) {
    for (let i = 0; i < value.length; i++) value[i] = multiply(value[i] ?? 0, x) ^ (coefficient[i] ?? 0);
  }
  return value;
}

/** Without a branch or a table that a secret byte would choose. */
export function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) {
    product ^= -((b >> bit) & 1) & a;
    a = (a << 1) ^ (-((a >> 7) & 1) & 0x11b);
  }
  return product;
}

/** By Fermat: b^254 is the inverse of b. */
export function divide(a: number, b: number): number {
  let inverse = 1;
  for (let power = 0; power < 254; power++) inverse = multiply(inverse, b);
  return multiply(a, inverse);
}
