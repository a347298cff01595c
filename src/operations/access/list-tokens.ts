import type { UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeToken, type TokenDescription } from './describe-token.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface ListTokensInput extends CallerInput, PageInput {}

/** Newest first; ended ones too. */
export const listTokens: UseOperation<ListTokensInput, ResolvedCaller, Page<TokenDescription>> = {
  name: 'token.list',
  resolve: resolveCaller('token.list'),

  async run(deps, { caller }, input) {
    const { access } = await deps.ledger.install();
    const own = [...access.credentials.values()].filter(({ callerId }) => callerId === caller.id);
    const now = deps.clock.now();
    return { output: pageOfAll(own, input, (row) => describeToken(row, now)) };
  },
};
