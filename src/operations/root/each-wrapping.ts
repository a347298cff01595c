import { isKmsError, type KmsError } from '../../errors.js';
import type { WrappedName, WrappedObject } from '../../keys/wrapped-object.js';
import type { RootWrappings, WrappingQuery } from '../../ledger/root-wrappings.js';

const BATCH = 100;

/**
 * Visits the wrappings that a query finds, in batches, each once. One that does not open holds up none of the others.
 * @throws KmsError wrong-root-key after all the others, if one that does not open is still there; root-unavailable at once
 */
export async function eachWrapping(
  wrappings: RootWrappings,
  query: WrappingQuery & { readonly root: string },
  visit: (wrapped: WrappedObject) => Promise<void>,
): Promise<void> {
  let refused: KmsError | undefined;
  for (let after: WrappedName | undefined; ;) {
    const batch = await wrappings.list(query, after, BATCH);
    for (const wrapped of batch) {
      try {
        await visit(wrapped);
      } catch (error) {
        if (!isKmsError(error, 'wrong-root-key') && !isKmsError(error, 'integrity-failure')) throw error;
        refused ??= error;
      }
    }
    after = batch.at(-1);
    if (batch.length < BATCH) break;
  }
  // What was shredded meanwhile does not open either, and is no failure.
  if (refused && (await wrappings.count(query)) > 0) throw refused;
}
