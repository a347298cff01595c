import { SYSTEM, type OperationName } from './permissions.js';

/** What the service itself may, by its own callers. */
export const SYSTEM_CALLERS = {
  'system:lifecycle': [...SYSTEM, 'key.rotate', 'keyring.rewrap', 'root.rotate', 'root.migrate'],
  /** What policies say. */
  'system:rotation': [
    'key.rotate',
    'key.disable',
    'version.retire',
    'version.destroy',
    'policy.notify',
    'campaign.close',
    'credential.revoke',
  ],
  'system:service': ['administrator.recover'],
} as const satisfies Readonly<Record<string, readonly OperationName[]>>;

export type SystemCallerId = keyof typeof SYSTEM_CALLERS;
