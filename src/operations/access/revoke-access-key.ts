import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation } from '../operation.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeAccessKey, type AccessKeyDescription } from './describe-access-key.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface RevokeAccessKeyInput extends CallerInput {
  readonly accessKey: string;
}

/** At once and on every node. An access key that was revoked before stays so. */
export const revokeAccessKey: ChangeOperation<RevokeAccessKeyInput, ResolvedCaller, AccessKeyDescription> = {
  name: 'access-key.revoke',
  resolve: resolveCaller('access-key.revoke'),

  async run(deps, { caller }, { accessKey }, commit) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const current = await change.find('credential', accessKey);
      if (current?.callerId !== caller.id || !current.accessKey) throw credentialNotFound();
      const row = { ...current, revokedAt: current.revokedAt ?? new Date(now) };
      change.put('credential', row);
      return { output: describeAccessKey(row, now), detail: { accessKey } };
    });
  },
};
