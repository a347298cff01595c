import { generateAccessKey, sessionTokenHash, type AccessKey, type NewAccessKey } from '../../access/access-key.js';
import type { Digest } from '../../access/factors.js';
import type { CredentialRow } from '../../access/records.js';
import { sealSecret } from '../../access/sealed-secret.js';

type Made = Pick<CredentialRow, 'id' | 'kind' | 'hash' | 'accessKey'>;

/** A new access key, not written anywhere yet. @param digest under the install's integrity key */
export function makeAccessKey(
  digest: Digest,
  { accountId, root }: Pick<AccessKey, 'accountId' | 'root'>,
  { accessKeyId, secretAccessKey, sessionToken }: NewAccessKey = generateAccessKey(),
): { readonly columns: Made; readonly secretAccessKey: string } {
  const secret = sealSecret(digest, 'access-key-secret', accessKeyId, Buffer.from(secretAccessKey));
  const columns = {
    id: accessKeyId,
    kind: 'access-key',
    hash: sessionToken === undefined ? Buffer.alloc(0) : sessionTokenHash(digest, accessKeyId, sessionToken),
    accessKey: { secret, accountId, root },
  } as const;
  return { columns, secretAccessKey };
}
