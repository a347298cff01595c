import { unsupported, validation } from '../aws-error.js';
import { readGrantToken } from '../grant-token.js';

export interface Asked {
  readonly DryRun?: boolean | undefined;
  readonly DryRunModifiers?: readonly string[] | undefined;
  readonly Recipient?: object | undefined;
  readonly GrantTokens?: readonly string[] | undefined;
}

/**
 * What would change the meaning of a request and is not here: refused, never passed over.
 * @throws AwsError
 */
export function mustBeHere({ DryRun, DryRunModifiers = [], Recipient, ...asked }: Asked): void {
  if (DryRunModifiers.length > 0 && !DryRun) throw validation('DryRunModifiers can only be specified with DryRun.');
  if (Recipient) throw unsupported('Recipient is not supported here: there are no Nitro enclaves.');
  mustBeValidTokens(asked);
}

/** Grants hold at once, with a token or without: it need only be one. @throws AwsError InvalidGrantTokenException */
export function mustBeValidTokens({ GrantTokens = [] }: Pick<Asked, 'GrantTokens'>): void {
  for (const token of GrantTokens) readGrantToken(token);
}
