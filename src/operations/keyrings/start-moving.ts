import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import { performChange } from '../perform-change.js';
import { finishRewrap } from './finish-rewrap.js';

const RUNNING = new WeakMap<Deps, Map<string, Promise<void>>>();

/**
 * Moves a keyring's materials in the background, once at a time on this node. A failure is on the audit record and
 * ends the job; the schedule starts another.
 * @returns when the job has ended, for whoever wants to wait. Never rejects
 */
export function startMoving(deps: Deps, keyringId: string, arrival: Arrival): Promise<void> {
  const jobs = RUNNING.get(deps) ?? new Map<string, Promise<void>>();
  RUNNING.set(deps, jobs);
  const known = jobs.get(keyringId);
  if (known) return known;
  const job = performChange(deps, finishRewrap, { keyring: keyringId }, arrival).then(
    () => void jobs.delete(keyringId),
    () => void jobs.delete(keyringId),
  );
  jobs.set(keyringId, job);
  return job;
}
