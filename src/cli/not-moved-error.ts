/** Some ciphertexts could not be moved. */
export class NotMovedError extends Error {
  override readonly name = 'NotMovedError';
}
