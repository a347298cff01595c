import type { AskShare } from '../admin/unseal-by-keepers.js';
import type { Prompt } from './prompt.js';

/** The keepers of a root key of `shamir:` give their shares one after the other. */
export function askShare(prompt: Prompt): AskShare {
  return async (root, number, threshold) =>
    (await prompt.askSecret(`Share ${number} of ${threshold} of ${root}`)).trim();
}
