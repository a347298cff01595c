import type { EncryptionContext } from '../../keys/encryption-context.js';

/** What a record says of an encryption context: its names, never a value. */
export function contextDetail(context: EncryptionContext | undefined): { readonly context?: readonly string[] } {
  return context === undefined ? {} : { context: Object.keys(context) };
}
