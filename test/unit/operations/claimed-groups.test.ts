import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OidcIssuers } from '../../../src/access/oidc/oidc-issuers.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createCredential } from '../../../src/operations/access/create-credential.js';
import { createGroup } from '../../../src/operations/access/create-group.js';
import { approvalOf, Governed } from '../../support/governed.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

const [LISTING, OTHER] = ['https://people.example', 'https://jobs.example'];

let bed: TestBed;

beforeAll(async () => {
  bed = await makeMemoryBed(
    new OidcIssuers([
      { issuer: LISTING, audience: ['keystead'], claim: 'sub', groupsClaim: 'groups' },
      { issuer: OTHER, audience: ['keystead'], claim: 'sub' },
    ]),
  );
});
afterAll(() => bed.dispose());

it('a credential by JWTs that may name a group which uses keys is guarded, as that of a caller who does', async () => {
  const governed = await Governed.in(bed);
  const asker = await governed.member('administrator');
  const { id: keyring, approvers } = await governed.keyring(1);
  const claim = { issuer: LISTING, value: 'developers' };
  await bed.kms.change(createGroup, { name: 'developers', claim }, await asker.arrive());
  const binding = { group: 'developers', role: 'decrypt-only', scope: { keyring } };
  const approval = await approvalOf(bed.kms.change(createBinding, binding, await asker.arrive()));
  await governed.approve(approval, ...approvers);
  await bed.kms.change(createBinding, binding, await asker.arrive(approval));

  const { id: caller } = await governed.member(undefined, undefined, { type: 'service' });
  const map = async (issuer: string) =>
    bed.kms.change(createCredential, { caller, kind: 'jwt', match: { issuer, subject: 'me' } }, await asker.arrive());
  await approvalOf(map(LISTING));
  expect((await map(OTHER)).output.caller).toBe(caller);
});
