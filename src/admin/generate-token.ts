import { generateToken } from '../access/token.js';

/** A token in the service's own form, for KEYSTEAD_BOOTSTRAP_TOKEN. Nothing knows it until a server starts with it. */
export function generateBootstrapToken(): string {
  return generateToken().token;
}
