/** How many messages a key version may still seal: counted in blocks, so that a crash over-counts and never under-counts. */
export abstract class MessageCounters {
  /**
   * Reserves `messages` more under a version.
   * @returns the number reserved in all, these included
   */
  abstract reserve(keyringId: string, keyId: string, version: number, messages: number): Promise<number>;
}

/** Random 96-bit nonces: SP 800-38D section 8.3 allows 2^32 messages a key; Keystead rotates at half of that. */
export const MESSAGE_LIMITS = { block: 2 ** 16, rotateAt: 2 ** 31, refuseAt: 2 ** 32 } as const;
