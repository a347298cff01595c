import { z } from 'zod';
import { isReplica } from '../../../keys/multi-region.js';
import { replicateKey } from '../../../operations/multi-region/replicate-key.js';
import { setPrimary } from '../../../operations/multi-region/set-primary.js';
import { action, change, type AwsCall } from '../action.js';
import { unsupported, type AwsError } from '../aws-error.js';
import { description, keyId, policy, tags } from '../members.js';
import { keyArn } from '../place.js';
import { keyMetadata } from './key-metadata.js';
import { mustNotBePendingDeletion } from './key-state.js';
import { named } from './named-key.js';
import { defaultPolicy } from './policies.js';
import { tagsIn } from './tags.js';

const region = z
  .string()
  .min(1)
  .max(32)
  .regex(/^([a-z]+-){2,3}\d+$/);

export const MULTI_REGION = {
  ReplicateKey: action(
    z.object({
      KeyId: keyId,
      ReplicaRegion: region,
      Policy: policy.optional(),
      BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
      Description: description.optional(),
      Tags: tags.optional(),
    }),
    async (call) => {
      const { ReplicaRegion, Policy, Description, Tags = [] } = call.input;
      await mustBePrimary(call, 'ReplicateKey');
      const replica = await change(call, replicateKey, {
        ...named(call),
        region: ReplicaRegion,
        description: Description ?? '',
        tags: tagsIn(Tags),
        ...(Policy === undefined ? {} : { keyPolicy: Policy }),
        bypassLockoutCheck: call.input.BypassPolicyLockoutSafetyCheck === true,
      });
      return {
        ReplicaKeyMetadata: keyMetadata({ ...call.place, region: ReplicaRegion }, replica),
        ReplicaPolicy: Policy ?? JSON.stringify(defaultPolicy(call.place.accountId), null, 2),
        ReplicaTags: Tags,
      };
    },
  ),

  UpdatePrimaryRegion: action(z.object({ KeyId: keyId, PrimaryRegion: region }), async (call) => {
    await mustBePrimary(call, 'UpdatePrimaryRegion');
    await change(call, setPrimary, { ...named(call), region: call.input.PrimaryRegion });
    return {};
  }),
};

/** @throws KmsError, AwsError */
async function mustBePrimary(call: AwsCall<{ readonly KeyId: string }>, name: string): Promise<void> {
  const key = await mustNotBePendingDeletion(call, named(call).key, name);
  if (!key.multiRegion || isReplica(key)) throw notPrimary(keyArn(call.place, key.id));
}

export function notPrimary(arn: string): AwsError {
  return unsupported(`${arn} is not a multi-region primary key.`);
}
