/** The key that speaks for the log. It is never in the database. */
export abstract class LogSigner {
  /** The log's origin. */
  abstract readonly name: string;
  /** `name+id+key`: what a verifier is given. */
  abstract readonly verifierKey: string;
  /** @param text ends in a newline; @returns the signed note */
  abstract sign(text: string): string;
}
