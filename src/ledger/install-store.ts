import type { RowSeal } from '../keys/row-seal.js';
import type { WrappedObject } from '../keys/wrapped-object.js';
import type { Change } from './ledger.js';

/** The one row that says whether this database was ever set up. */
export abstract class InstallStore {
  abstract exists(): Promise<boolean>;

  /**
   * Sets the database up, in one transaction, unless somebody else did meanwhile.
   * @param wrapped the canary and the install's integrity key, wrapped by the root
   * @returns whether this call did it
   */
  abstract found(
    seal: RowSeal,
    wrapped: readonly WrappedObject[],
    work: (change: Change) => Promise<void>,
  ): Promise<boolean>;
}
