import { z } from 'zod';
import { getResourcePolicy } from '../../../operations/resource-policies/get-resource-policy.js';
import { putResourcePolicy } from '../../../operations/resource-policies/put-resource-policy.js';
import { action, change, use } from '../action.js';
import { AwsError } from '../aws-error.js';
import { keyId, limit, marker, policy } from '../members.js';
import { named } from './named-key.js';

const policyName = z.string().min(1).max(128).regex(/[\w]+/);

export const POLICIES = {
  GetKeyPolicy: action(z.object({ KeyId: keyId, PolicyName: policyName.optional() }), async (call) => {
    const { PolicyName = 'default' } = call.input;
    const { policy: own } = await use(call, getResourcePolicy, named(call));
    if (PolicyName !== 'default') throw new AwsError('NotFoundException', 'No such policy exists', 400, true);
    return { Policy: own ?? JSON.stringify(defaultPolicy(call.place.accountId), null, 2), PolicyName };
  }),

  ListKeyPolicies: action(
    z.object({ KeyId: keyId, Limit: limit(1000).optional(), Marker: marker.optional() }),
    async (call) => {
      await use(call, getResourcePolicy, { ...named(call), action: 'ListKeyPolicies' });
      return { PolicyNames: ['default'], Truncated: false };
    },
  ),

  PutKeyPolicy: action(
    z.object({
      KeyId: keyId,
      PolicyName: policyName.optional(),
      Policy: policy,
      BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
    }),
    async (call) => {
      const { PolicyName = 'default', Policy, BypassPolicyLockoutSafetyCheck } = call.input;
      if (PolicyName !== 'default') throw new AwsError('NotFoundException', 'No such policy exists');
      await change(call, putResourcePolicy, {
        ...named(call),
        policy: Policy,
        bypassLockoutCheck: BypassPolicyLockoutSafetyCheck === true,
      });
      return {};
    },
  ),
};

/** What AWS gives a key that is made without a policy. */
export function defaultPolicy(accountId: string): object {
  return {
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  };
}
