import type { UseOperation } from '../operation.js';
import { pageOfAll, type Page } from '../paging.js';
import { describeAccessKey, type ListedAccessKey } from './describe-access-key.js';
import type { ListTokensInput } from './list-tokens.js';
import { resolveCaller, type ResolvedCaller } from './resolve-caller.js';

/** Newest first; ended ones too. */
export const listAccessKeys: UseOperation<ListTokensInput, ResolvedCaller, Page<ListedAccessKey>> = {
  name: 'access-key.list',
  resolve: resolveCaller('access-key.list'),

  async run(deps, { caller }, input) {
    const { access } = await deps.ledger.install();
    const own = [...access.credentials.values()].filter(
      ({ kind, callerId }) => kind === 'access-key' && callerId === caller.id,
    );
    const now = deps.clock.now();
    const page = pageOfAll(own, input, (row) => describeAccessKey(row, now));
    const lastUsed = await deps.lastUse.of(page.items.map(({ id }) => id));
    const items = page.items.map((item) => ({ ...item, lastUsedAt: lastUsed.get(item.id) ?? null }));
    return { output: { ...page, items } };
  },
};
