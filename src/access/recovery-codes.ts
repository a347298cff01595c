import { randomInt } from 'node:crypto';

const COUNT = 10;
const LENGTH = 16;
/** Crockford's base 32: nothing that is mistaken for something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ten codes of 80 bits, `XXXX-XXXX-XXXX-XXXX`; each stands once for a code of the authenticator application. */
export function generateRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, () => (randomText().match(/.{4}/g) ?? []).join('-'));
}

function randomText(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** As it was made, however it was typed. */
export function canonicalRecoveryCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
