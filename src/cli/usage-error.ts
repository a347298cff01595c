/** The command line itself is wrong. The message is a sentence that says how to put it right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
