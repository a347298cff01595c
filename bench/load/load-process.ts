import { generateLoad } from './generate-load.js';
import type { LoadJob } from './job.js';

/** The load generator's own process: a job comes in as a message, its result goes back as one. */
process.on('message', (job: LoadJob) => {
  generateLoad(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
