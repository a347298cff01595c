import type { UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeToken, type ListedToken } from './describe-token.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface ListTokensInput extends CallerInput, PageInput {}

/** Newest first; ended ones too. */
export const listTokens: UseOperation<ListTokensInput, ResolvedCaller, Page<ListedToken>> = {
  name: 'token.list',
  resolve: resolveCaller('token.list'),

  async run(deps, { caller }, input) {
    const { access } = await deps.ledger.install();
    const own = [...access.credentials.values()].filter(
      ({ kind, callerId }) => kind === 'token' && callerId === caller.id,
    );
    const now = deps.clock.now();
    const page = pageOfAll(own, input, (row) => describeToken(row, now));
    const lastUsed = await deps.lastUse.of(page.items.map(({ id }) => id));
    const items = page.items.map((item) => ({ ...item, lastUsedAt: lastUsed.get(item.id) ?? null }));
    return { output: { ...page, items } };
  },
};
