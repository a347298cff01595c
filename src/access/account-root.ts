import type { KeyringRow } from '../keys/records.js';
import type { BindingRow, CredentialRow } from './records.js';

/** Stands for the root principal of an AWS account among the holders of bindings. */
export function accountRoot(accountId: string): string {
  return `aws-account-root/${accountId}`;
}

/** The inverse; undefined for any other holder. */
export function accountOfRoot(holder: string): string | undefined {
  const [, accountId] = /^aws-account-root\/(\d{12})$/.exec(holder) ?? [];
  return accountId;
}

/** What a caller is by its access keys, besides itself: the root principal of accounts. */
export function rootsOf(credentials: Iterable<CredentialRow>, callerId: string, now: number): readonly string[] {
  const live = [...credentials].filter(
    (row) => row.callerId === callerId && !row.revokedAt && (row.expiresAt?.getTime() ?? Infinity) > now,
  );
  const accounts = live.flatMap(({ accessKey }) => (accessKey?.root ? [accessKey.accountId] : []));
  return [...new Set(accounts)].map(accountRoot);
}

/**
 * What the default key policy of AWS says, as bindings that nobody made and nobody can remove: the root principal of an
 * account may everything with the keys of the keyrings that stand for it. Only where duties are not separate.
 */
export function rootBindings(keyrings: Iterable<KeyringRow>): readonly BindingRow[] {
  return [...keyrings].flatMap(({ id, awsAccount, separationOfDuties, state, createdAt, revision }) =>
    awsAccount && separationOfDuties === false && state === 'enabled'
      ? [
          {
            id: `aws-account-root/${id}`,
            callerId: accountRoot(awsAccount.accountId),
            role: 'aws-account-root',
            effect: 'allow',
            scope: { keyring: id },
            expiresAt: null,
            removedAt: null,
            createdAt,
            revision,
          } as const,
        ]
      : [],
  );
}
