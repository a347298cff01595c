import { z } from 'zod';
import { createGrant } from '../../../operations/grants/create-grant.js';
import { retireGrant, revokeGrant } from '../../../operations/grants/end-grant.js';
import { listGrants, type ListedGrant } from '../../../operations/grants/list-grants.js';
import { listRetirableGrants } from '../../../operations/grants/list-retirable-grants.js';
import type { Page } from '../../../operations/paging.js';
import { action, change, use, type AwsCall } from '../action.js';
import { unsupported, validation } from '../aws-error.js';
import { grantToken, readGrantToken } from '../grant-token.js';
import { context, dryRun, grantTokens, keyId, limit, marker } from '../members.js';
import { pageAnswer, pageInput } from '../paging.js';
import { keyArn, type Place } from '../place.js';
import { seconds } from '../words.js';
import { mustBeValidTokens } from './not-here.js';
import { named } from './named-key.js';

const principal = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w+=,.@:/-]+$/);
const servicePrincipal = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w.-]+$/);
const grantId = z.string().min(1).max(128);
const OPERATIONS = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GetPublicKey',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
] as const;
const MOST_PAIRS = 8;
const MOST_CHARACTERS = 384;
const paged = { Limit: limit(100).optional(), Marker: marker.optional() };

const createMembers = z.object({
  KeyId: keyId,
  GranteePrincipal: principal.optional(),
  GranteeServicePrincipal: servicePrincipal.optional(),
  RetiringPrincipal: principal.optional(),
  RetiringServicePrincipal: servicePrincipal.optional(),
  Operations: z.array(z.enum(OPERATIONS)),
  Constraints: z
    .object({
      EncryptionContextSubset: context.optional(),
      EncryptionContextEquals: context.optional(),
      SourceArn: z.string().min(1).max(2048).optional(),
    })
    .optional(),
  GrantTokens: grantTokens.optional(),
  Name: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[a-zA-Z0-9:/_-]+$/)
    .optional(),
  DryRun: dryRun.optional(),
});

export const GRANTS = {
  CreateGrant: action(createMembers, async (call) => {
    const {
      GranteePrincipal: grantee,
      RetiringPrincipal: retiring,
      Operations,
      Constraints,
      Name,
      DryRun,
    } = call.input;
    mustBeValidTokens(call.input);
    if (call.input.GranteeServicePrincipal !== undefined || call.input.RetiringServicePrincipal !== undefined) {
      throw unsupported('There are no services of AWS here that could be principals.');
    }
    if (grantee === undefined) throw validation('You must specify a grantee principal.');
    const constraints = constraintsOf(Constraints);
    const made = await change(call, createGrant, {
      ...named(call),
      grantee,
      operations: Operations,
      ...(retiring === undefined ? {} : { retiring }),
      ...(constraints ? { constraints } : {}),
      ...(Name === undefined ? {} : { name: Name }),
      dryRun: DryRun === true,
    });
    return { GrantToken: grantToken(made.keyId, made.grantId), GrantId: made.grantId };
  }),

  ListGrants: action(
    z.object({
      ...paged,
      KeyId: keyId,
      GrantId: grantId.optional(),
      GranteePrincipal: principal.optional(),
      GranteeServicePrincipal: servicePrincipal.optional(),
    }),
    async (call) => {
      const { GrantId, GranteePrincipal, GranteeServicePrincipal } = call.input;
      const grantee = GranteePrincipal ?? GranteeServicePrincipal;
      const page = await use(call, listGrants, {
        ...named(call),
        ...pageInput(call.input, 50),
        ...(GrantId === undefined ? {} : { grant: GrantId }),
        ...(grantee === undefined ? {} : { grantee }),
      });
      return listed(call.place, page);
    },
  ),

  ListRetirableGrants: action(
    z.object({
      ...paged,
      RetiringPrincipal: principal.optional(),
      RetiringServicePrincipal: servicePrincipal.optional(),
    }),
    async (call) => {
      const retiring = call.input.RetiringPrincipal ?? call.input.RetiringServicePrincipal;
      if (retiring === undefined) throw validation('You must specify a retiring principal.');
      const input = { keyring: call.place.keyring, retiring, ...pageInput(call.input, 50) };
      return listed(call.place, await use(call, listRetirableGrants, input));
    },
  ),

  RetireGrant: action(
    z.object({
      GrantToken: z.string().min(1).max(8192).optional(),
      KeyId: keyId.optional(),
      GrantId: grantId.optional(),
      DryRun: dryRun.optional(),
    }),
    async (call) => {
      const { key, grant } = retired(call);
      await change(call, retireGrant, { keyring: call.place.keyring, key, grant, dryRun: call.input.DryRun === true });
      return {};
    },
  ),

  RevokeGrant: action(z.object({ KeyId: keyId, GrantId: grantId, DryRun: dryRun.optional() }), async (call) => {
    const { GrantId, DryRun } = call.input;
    await change(call, revokeGrant, { ...named(call), grant: GrantId, dryRun: DryRun === true });
    return {};
  }),
};

interface Retiring {
  readonly GrantToken?: string | undefined;
  readonly KeyId?: string | undefined;
  readonly GrantId?: string | undefined;
}

/** By its token, or by key and id. @throws AwsError */
function retired({ place, input }: Pick<AwsCall<Retiring>, 'place' | 'input'>) {
  const { GrantToken, KeyId, GrantId } = input;
  if (GrantToken !== undefined && KeyId === undefined && GrantId === undefined) {
    const { keyId: key, grantId: grant } = readGrantToken(GrantToken);
    return { key, grant };
  }
  if (GrantToken !== undefined || KeyId === undefined || GrantId === undefined) {
    throw validation('You must specify either a grant token, or a key and a grant id.');
  }
  return { key: named({ place, input: { KeyId } }).key, grant: GrantId };
}

/** @throws AwsError */
function constraintsOf(given: z.output<typeof createMembers>['Constraints']) {
  if (!given) return undefined;
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals, SourceArn } = given;
  if (SourceArn !== undefined) throw unsupported('SourceArn is for services of AWS, of which there are none here.');
  if (subset && equals) {
    throw validation('Only one of EncryptionContextSubset and EncryptionContextEquals can be specified.');
  }
  const pairs = Object.entries(subset ?? equals ?? {});
  if (pairs.length > MOST_PAIRS) throw validation(`A grant constraint has at most ${MOST_PAIRS} pairs.`);
  if (pairs.flat().some((text) => text.length > MOST_CHARACTERS)) {
    throw validation(`A key or value of a grant constraint has at most ${MOST_CHARACTERS} characters.`);
  }
  if (subset) return { subset };
  return equals && { equals };
}

function listed(place: Place, page: Page<ListedGrant>): object {
  const grants = page.items.map(({ id, name, grantee, retiring, operations, constraints, issuedBy, ...grant }) => ({
    KeyId: keyArn(place, grant.keyId),
    GrantId: id,
    ...(name === null ? {} : { Name: name }),
    CreationDate: seconds(new Date(grant.createdAt)),
    GranteePrincipal: grantee,
    ...(retiring === null ? {} : { RetiringPrincipal: retiring }),
    IssuingAccount: issuedBy.replace(/:(user|role)\/.*$/, ':root'),
    Operations: operations,
    ...(constraints?.subset ? { Constraints: { EncryptionContextSubset: constraints.subset } } : {}),
    ...(constraints?.equals ? { Constraints: { EncryptionContextEquals: constraints.equals } } : {}),
  }));
  return { Grants: grants, ...pageAnswer(page) };
}
