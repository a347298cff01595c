import { z } from 'zod';
import { cancelKeyDestruction } from '../../../operations/keys/cancel-key-destruction.js';
import { createKey, type CreateKeyInput } from '../../../operations/keys/create-key.js';
import { disableKey } from '../../../operations/keys/disable-key.js';
import { enableKey } from '../../../operations/keys/enable-key.js';
import { getKey } from '../../../operations/keys/get-key.js';
import { listKeys } from '../../../operations/keys/list-keys.js';
import { scheduleKeyDestruction } from '../../../operations/keys/schedule-key-destruction.js';
import { updateKey } from '../../../operations/keys/update-key.js';
import { getLastUse } from '../../../operations/usage/get-last-use.js';
import { awsKeyId } from '../../../keys/multi-region.js';
import { isKmsError } from '../../../errors.js';
import { action, change, use, type AwsCall } from '../action.js';
import { unsupported, validation } from '../aws-error.js';
import { description, grantTokens, keyId, limit, marker, policy, tags } from '../members.js';
import { pageAnswer, pageInput } from '../paging.js';
import { keyArn } from '../place.js';
import { SPECS, USAGES } from '../../../keys/aws-words.js';
import { actionOf, seconds, stateName } from '../words.js';
import { keyMetadata } from './key-metadata.js';
import { mustNotBePendingDeletion } from './key-state.js';
import { gone, named, used } from './named-key.js';
import { mustBeHere } from './not-here.js';
import { tagsIn } from './tags.js';

const SPEC_NAMES = [...Object.keys(SPECS), 'SM2'];
const USAGE_NAMES = Object.keys(USAGES);
const DELETION_DAYS = { least: 7, most: 30 } as const;

const createMembers = z.object({
  Policy: policy.optional(),
  Description: description.optional(),
  KeyUsage: z.enum(USAGE_NAMES).optional(),
  CustomerMasterKeySpec: z.enum(SPEC_NAMES).optional(),
  KeySpec: z.enum(SPEC_NAMES).optional(),
  Origin: z.enum(['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE']).optional(),
  CustomKeyStoreId: z.string().min(1).max(64).optional(),
  BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
  Tags: tags.optional(),
  MultiRegion: z.boolean().optional(),
  XksKeyId: z.string().min(1).max(128).optional(),
});

const oneKey = z.object({ KeyId: keyId });

export const KEYS = {
  CreateKey: action(createMembers, async (call) => ({
    KeyMetadata: keyMetadata(call.place, await change(call, createKey, newKey(call))),
  })),

  DescribeKey: action(oneKey.extend({ GrantTokens: grantTokens.optional() }), async (call) => {
    mustBeHere(call.input);
    const key = await use(call, getKey, used(call));
    if (key.state === 'destroyed') throw gone(keyArn(call.place, key.id));
    return { KeyMetadata: keyMetadata(call.place, key) };
  }),

  GetKeyLastUsage: action(oneKey, async (call) => {
    const { keyId, createdAt, last } = await use(call, getLastUse, { ...named(call), action: 'GetKeyLastUsage' });
    const usage = last && {
      Operation: actionOf(last.operation),
      Timestamp: seconds(last.at),
      CloudTrailEventId: last.record,
      KmsRequestId: last.requestId,
    };
    return {
      KeyId: keyArn(call.place, keyId),
      KeyLastUsage: usage ?? {},
      TrackingStartDate: seconds(createdAt),
      KeyCreationDate: seconds(createdAt),
    };
  }),

  ListKeys: action(z.object({ Limit: limit(1000).optional(), Marker: marker.optional() }), async (call) => {
    const page = await use(call, listKeys, { keyring: call.place.keyring, ...pageInput(call.input, 100) });
    const keys = page.items.filter(({ state }) => state !== 'destroyed');
    const listed = keys.map(({ id }) => ({ KeyId: awsKeyId(id), KeyArn: keyArn(call.place, id) }));
    return { Keys: listed, ...pageAnswer(page) };
  }),

  UpdateKeyDescription: action(oneKey.extend({ Description: description }), async (call) => {
    await mustNotBePendingDeletion(call, named(call).key, 'UpdateKeyDescription');
    await change(call, updateKey, { ...named(call), description: call.input.Description });
    return {};
  }),

  EnableKey: action(oneKey, async (call) => already('enabled', change(call, enableKey, named(call)))),

  DisableKey: action(oneKey, async (call) => already('disabled', change(call, disableKey, named(call)))),

  ScheduleKeyDeletion: action(oneKey.extend({ PendingWindowInDays: limit(365).optional() }), async (call) => {
    const { PendingWindowInDays: windowDays = DELETION_DAYS.most } = call.input;
    if (windowDays < DELETION_DAYS.least || windowDays > DELETION_DAYS.most) {
      throw validation(`PendingWindowInDays must be between ${DELETION_DAYS.least} and ${DELETION_DAYS.most}.`);
    }
    const key = await change(call, scheduleKeyDestruction, { ...named(call), windowDays });
    return {
      KeyId: keyArn(call.place, key.id),
      ...(key.destroyAt ? { DeletionDate: seconds(key.destroyAt) } : {}),
      KeyState: stateName(key),
      PendingWindowInDays: windowDays,
    };
  }),

  CancelKeyDeletion: action(oneKey, async (call) => {
    const { id } = await change(call, cancelKeyDestruction, named(call));
    return { KeyId: keyArn(call.place, id) };
  }),
};

/** To enable what is enabled changes nothing on AWS, and is no error. */
async function already(state: string, changing: Promise<unknown>): Promise<object> {
  try {
    await changing;
  } catch (error) {
    if (!isKmsError(error, 'invalid-transition') || error.key?.state !== state) throw error;
  }
  return {};
}

/** @throws AwsError */
function newKey({ place, input }: AwsCall<z.output<typeof createMembers>>): CreateKeyInput {
  const { Policy, Origin = 'AWS_KMS', CustomKeyStoreId, XksKeyId, MultiRegion, CustomerMasterKeySpec } = input;
  if (CustomKeyStoreId !== undefined || XksKeyId !== undefined || !['AWS_KMS', 'EXTERNAL'].includes(Origin)) {
    throw unsupported('There are no custom key stores here.');
  }
  if (input.KeySpec !== undefined && CustomerMasterKeySpec !== undefined) {
    throw validation(
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const specName = input.KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  const spec = SPECS[specName] as CreateKeyInput['spec'];
  if (spec === undefined) throw unsupported(`KeySpec ${specName} is not supported here.`);
  const isSymmetric = specName === 'SYMMETRIC_DEFAULT';
  if (input.KeyUsage === undefined && !isSymmetric) {
    throw validation('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
  }
  const usage = USAGES[input.KeyUsage ?? 'ENCRYPT_DECRYPT'] as CreateKeyInput['usage'] & string;
  return {
    keyring: place.keyring,
    spec,
    usage,
    origin: Origin === 'EXTERNAL' ? 'imported' : 'generated',
    ...(Policy === undefined ? {} : { keyPolicy: Policy }),
    bypassLockoutCheck: input.BypassPolicyLockoutSafetyCheck === true,
    multiRegion: MultiRegion === true,
    description: input.Description ?? '',
    tags: tagsIn(input.Tags ?? []),
  };
}
