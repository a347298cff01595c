import type { AccessView } from '../../access/access-view.js';
import { credentialsMatching } from '../../access/credential-index.js';
import { certificateKey } from '../../access/credential-match.js';
import { KmsError } from '../../errors.js';
import { isLiveToken } from '../access/live-tokens.js';

/** A node's certificate must not let it in as the caller whom one of its names stands for. @throws KmsError name-taken */
export function mustBeFreeDnsNames(
  access: AccessView,
  callerId: string,
  dnsNames: readonly string[],
  now: number,
): void {
  for (const dns of dnsNames) {
    const taken = credentialsMatching(access, certificateKey({ dns })).find(
      (row) => row.callerId !== callerId && isLiveToken(row, now),
    );
    if (!taken) continue;
    throw new KmsError(
      'name-taken',
      `dnsNames: credential ${taken.id} of caller ${taken.callerId} stands for one of them; revoke that one first`,
    );
  }
}
