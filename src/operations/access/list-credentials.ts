import type { UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeCredential, type ListedCredential } from './describe-credential.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface ListCredentialsInput extends CallerInput, PageInput {}

/** Of every kind; newest first; ended ones too. */
export const listCredentials: UseOperation<ListCredentialsInput, ResolvedCaller, Page<ListedCredential>> = {
  name: 'credential.list',
  resolve: resolveCaller('credential.list'),

  async run(deps, { caller }, input) {
    const { access } = await deps.ledger.install();
    const own = [...access.credentials.values()].filter(({ callerId }) => callerId === caller.id);
    const now = deps.clock.now();
    const page = pageOfAll(own, input, (row) => describeCredential(row, now));
    const lastUsed = await deps.lastUse.of(page.items.map(({ id }) => id));
    const items = page.items.map((item) => ({ ...item, lastUsedAt: lastUsed.get(item.id) ?? null }));
    return { output: { ...page, items } };
  },
};
