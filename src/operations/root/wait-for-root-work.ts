import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import { systemArrival } from '../system-arrival.js';
import { startRootWork } from './continue-root-work.js';

/** Starts the work that a call has left behind, as the service's own, and waits a moment for it. */
export async function waitForRootWork(deps: Deps, { requestId }: Arrival): Promise<void> {
  const start = () => startRootWork(deps, systemArrival('system:lifecycle', requestId));
  // The first may be one that was under way already and had not seen what there is to do now.
  const work = start().then(start);
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deps.rootPatienceMs);
  });
  await Promise.race([work, enough]);
  clearTimeout(timer);
}
