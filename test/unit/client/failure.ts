import { KeysteadError } from '../../../src/client/client.js';

/** The KeysteadError that a promise ends with; anything else is the test's failure. */
export async function failureOf(promise: Promise<unknown>): Promise<KeysteadError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof KeysteadError) return error;
  throw new Error('it did not fail as a KeysteadError', { cause: error });
}
