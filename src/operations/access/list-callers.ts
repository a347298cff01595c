import type { Resolved, UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeCaller, type CallerDescription } from './describe-caller.js';
import { resolveInstall } from './resolve-caller.js';

/** Newest first. */
export const listCallers: UseOperation<PageInput, Resolved, Page<CallerDescription>> = {
  name: 'caller.list',
  resolve: resolveInstall('caller.list'),

  async run(deps, _resolved, input) {
    const { access } = await deps.ledger.install();
    return { output: pageOfAll(access.callers.values(), input, describeCaller) };
  },
};
