import { KmsError } from '../../errors.js';

/** @throws KmsError records-dropped, for a record that is there no more */
export function mustBeKept(index: number, minimumIndex: number): void {
  if (index >= minimumIndex) return;
  throw new KmsError(
    'records-dropped',
    `the records before ${minimumIndex}, the minimum index, were dropped as the retention policy says; their hashes and proofs are there`,
  );
}
