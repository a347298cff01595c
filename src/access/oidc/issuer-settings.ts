/** One issuer of JWTs that is trusted, as the configuration has it. */
export interface IssuerSettings {
  /** As in `iss`: `https://…`. */
  readonly issuer: string;
  /** A JWT must be meant for one of these. */
  readonly audience: readonly string[];
  /** The claim that names callers. */
  readonly claim: string;
  /** The claim that lists groups; undefined: none does. */
  readonly groupsClaim?: string | undefined;
  /** Where its public keys are; undefined: by discovery. */
  readonly jwksUri?: string | undefined;
}
