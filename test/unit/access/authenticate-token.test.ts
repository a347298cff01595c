import { createHash } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import { AccessView } from '../../../src/access/access-view.js';
import { authenticateToken } from '../../../src/access/authenticators/token.js';
import { OidcIssuers } from '../../../src/access/oidc/oidc-issuers.js';
import type { CredentialRow } from '../../../src/access/records.js';
import { generateToken } from '../../../src/access/token.js';
import { tokenOf } from '../../support/token-of.js';

const digest = jest.fn((label: string, ...parts: readonly (Buffer | string)[]) =>
  createHash('sha256')
    .update([label, ...parts].join('/'))
    .digest(),
);

function rowOf({ id, secret }: { readonly id: string; readonly secret: string }): CredentialRow {
  return {
    id,
    callerId: 'c',
    kind: 'token',
    hash: digest('token', id, secret),
    match: null,
    source: 'any',
    purpose: 'api',
    description: '',
    expiresAt: null,
    revokedAt: null,
    createdAt: new Date(),
    revision: 1,
  };
}

/** @returns the finding, and how often the keyed digest was asked for */
async function present(token: string, ...rows: readonly CredentialRow[]) {
  const access = new AccessView(new Map(), new Map(rows.map((row) => [row.id, row])), []);
  digest.mockClear();
  const finding = await authenticateToken(
    { kind: 'token', token },
    { access, issuers: new OidcIssuers([]), digest, now: 0 },
  );
  return { finding, digests: digest.mock.calls.length };
}

describe('a token that was proven before', () => {
  const made = generateToken();
  const row = rowOf(made);
  const proven = { finding: { credentials: [row], strength: 'single' } };

  it('is proven by a cheaper hash', async () => {
    expect(await present(made.token, row)).toMatchObject({ ...proven, digests: 1 });
    expect(await present(made.token, row)).toMatchObject({ ...proven, digests: 0 });
  });

  it('lets no other secret in, and one that is refused is not remembered', async () => {
    const token = tokenOf(made.id, generateToken().secret);
    for (let round = 0; round < 2; round++)
      expect(await present(token, row)).toEqual({ finding: { refusal: 'wrong-secret' }, digests: 1 });
    expect(await present(made.token, row)).toMatchObject({ ...proven, digests: 0 });
  });

  it('is proven anew when its credential is another row, and refused when the row has another hash', async () => {
    const changed = { ...row, revision: 2 };
    expect(await present(made.token, changed)).toMatchObject({ finding: { credentials: [changed] }, digests: 1 });
    const swapped = { ...row, hash: Buffer.alloc(32) };
    expect(await present(made.token, swapped)).toEqual({ finding: { refusal: 'wrong-secret' }, digests: 1 });
  });

  it('is not known where the credential is gone, at the price of one that is', async () => {
    expect(await present(made.token)).toEqual({ finding: { refusal: 'unknown-token' }, digests: 1 });
  });
});
