import type { AccessView } from '../../access/access-view.js';
import type { GroupRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';

/** By id or name. */
export function findGroup({ groups }: AccessView, ref: string): GroupRow | undefined {
  const byId = groups.get(ref);
  if (byId) return byId;
  for (const group of groups.values()) if (group.name === ref) return group;
  return undefined;
}

export function groupNotFound(): KmsError {
  return new KmsError('group-not-found', 'no group has this id or name; GET /api/v1/groups lists them');
}
