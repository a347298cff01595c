/** When credentials were last used, as far as the nodes have said so. Decides nothing, so it is not tagged. */
export abstract class CredentialUses {
  /** Moves the moments on; an earlier one than is known changes nothing. @throws KmsError database-unavailable */
  abstract save(usedAt: ReadonlyMap<string, Date>): Promise<void>;

  /** Those that were ever used. @throws KmsError database-unavailable */
  abstract find(credentialIds: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}
