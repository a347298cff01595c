import type { Resolved, UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeGroup, type GroupDescription } from './describe-group.js';
import { resolveInstall } from './resolve-caller.js';

/** Newest first. */
export const listGroups: UseOperation<PageInput, Resolved, Page<GroupDescription>> = {
  name: 'group.list',
  resolve: resolveInstall('group.list'),

  async run(deps, _resolved, input) {
    const { access } = await deps.ledger.install();
    return { output: pageOfAll([...access.groups.values()], input, (row) => describeGroup(row, access)) };
  },
};
