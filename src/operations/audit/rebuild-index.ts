import { resolveInstall } from '../access/resolve-caller.js';
import type { Resolved, UseOperation } from '../operation.js';

/** Has everything that is searched made again from the log, which stays as it is: it goes on in the background. */
export const rebuildIndex: UseOperation<object, Resolved, { readonly records: number }> = {
  name: 'audit.rebuild',
  resolve: resolveInstall('audit.rebuild'),

  async run({ journal }) {
    const records = await journal.rebuild();
    return { output: { records }, detail: { records } };
  },
};
