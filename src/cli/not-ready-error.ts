/** The server answers, but cannot serve. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}
