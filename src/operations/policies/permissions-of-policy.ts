import type { OperationName } from '../../access/permissions.js';
import type { Policy } from '../../rotation/policy.js';

/** What a policy does, its author must be allowed to do: nobody destroys a version by the detour of a policy. */
export function permissionsOfPolicy({
  rotate,
  retire,
  destroy,
  expire,
  unused,
  revoke,
}: Policy): readonly OperationName[] {
  return [
    'policy.set',
    ...(rotate ? (['key.rotate'] as const) : []),
    ...(retire ? (['version.retire'] as const) : []),
    ...(destroy ? (['version.destroy'] as const) : []),
    ...(expire || unused ? (['key.disable'] as const) : []),
    ...(revoke?.campaign ? (['campaign.start'] as const) : []),
  ];
}
