import { KmsError } from '../errors.js';
import type { Resolved, UseOperation } from './operation.js';

/**
 * A use of a key as a rehearsal: all is checked and done, and then its answer is dropped. It is on record as what it was, and counts
 * as no use. A verification that fails answers so.
 */
export function rehearsed<Input, R extends Resolved, Output>(
  operation: UseOperation<Input, R, Output>,
): UseOperation<Input, R, Output> {
  return {
    ...operation,
    async run(...given) {
      const answer = await operation.run(...given);
      if ((Object(answer.output) as { readonly valid?: boolean }).valid === false) return answer;
      throw wouldSucceed();
    },
  };
}

/** Whether a request would succeed is told by an error, after everything was checked. @throws KmsError dry-run */
export function mustNotBeDry({ dryRun }: { readonly dryRun?: boolean }): void {
  if (dryRun) throw wouldSucceed();
}

export function wouldSucceed(): KmsError {
  return new KmsError('dry-run', 'The request would have succeeded, but the DryRun option is set.');
}
