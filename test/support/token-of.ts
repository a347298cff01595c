import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A token with this id and this secret, its checksum in order: what somebody could put together who does not know the secret. */
export function tokenOf(id: string, secret: string): string {
  const body = `kst_${id}_${secret}`;
  const digits = Array.from({ length: 6 }, (_, at) => BASE62[Math.floor(crc32(body) / 62 ** (5 - at)) % 62]);
  return body + digits.join('');
}
