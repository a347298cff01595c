/** A signature or a MAC does not verify. */
export class NotValidError extends Error {
  override readonly name = 'NotValidError';
}
