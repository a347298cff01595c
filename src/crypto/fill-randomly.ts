import { randomFillSync } from 'node:crypto';

/** One call of the random generator fills many nonces: each call costs more than the bytes do. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Fills `target`, of up to 4096 bytes, with random bytes that nothing else gets. For what is public, such as nonces; not for keys. */
export function fillRandomly(target: Buffer): void {
  if (used + target.length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += pool.copy(target, 0, used, used + target.length);
}
