import type { ScopeMirror } from './scope-mirror.js';
import type { Scopes } from './scopes.js';

/** A row may be newer or older than the mirror for a moment, while another node changes it; not ten times over. */
export const MAX_READS = 10;

/**
 * Reads rows and verifies them against a mirror that is at least as new, again while they do not fit: another node may be
 * changing them.
 * @param verify in one step, so that nothing moves between the check and what is made of the rows
 */
export async function settled<Rows, T>(
  scopes: Scopes,
  keyringId: string,
  read: () => Promise<Rows>,
  revisionsOf: (rows: Rows) => readonly number[],
  verify: (mirror: ScopeMirror, rows: Rows) => T,
): Promise<T> {
  for (let reads = 1; ; reads++) {
    const rows = await read();
    const newest = Math.max(0, ...revisionsOf(rows));
    if (newest > (await scopes.mirror(keyringId)).revision) await scopes.refresh(keyringId);
    const mirror = await scopes.mirror(keyringId);
    try {
      return verify(mirror, rows);
    } catch (error) {
      if (reads === MAX_READS) throw error;
      await scopes.refresh(keyringId);
    }
  }
}
