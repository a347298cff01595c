import { revocationDue } from '../../access/credential-policy.js';
import type { CredentialRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Deps } from '../deps.js';
import type { Kms } from '../kms.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { credentialOf } from './add-credential.js';

const REVOKED_A_RUN = 1000;

/**
 * Does what the install's policy says of credentials.
 * @param isStopping then no further one is begun
 * @returns how many this node revoked, and how many failed
 */
export async function revokeUnusedCredentials(
  kms: Kms,
  deps: Deps,
  isStopping: () => boolean,
): Promise<{ revoked: number; failed: number }> {
  const { access, credentialPolicy } = await deps.ledger.install();
  if (!credentialPolicy) return { revoked: 0, failed: 0 };
  const now = deps.clock.now();
  const couldBe = [...access.credentials.values()].filter((row) =>
    revocationDue(row, credentialPolicy, undefined, now),
  );
  const lastUsed = await deps.lastUse.of(couldBe.map(({ id }) => id));
  const due = couldBe.filter((row) => revocationDue(row, credentialPolicy, lastUsed.get(row.id), now));
  const arrival = kms.arriveAsSystem('system:rotation', uuidv7());
  let [revoked, failed] = [0, 0];
  for (const { id } of due.slice(0, REVOKED_A_RUN)) {
    if (isStopping()) break;
    // One that fails must not hold up the others; the failure is recorded where it happened.
    const changed = await kms.change(revokeByPolicy, { credential: id }, arrival).catch(() => undefined);
    if (!changed) failed += 1;
    else if (changed.output) revoked += 1;
  }
  return { revoked, failed };
}

interface ResolvedCredential extends Resolved {
  readonly credential: CredentialRow;
}

/** For the schedule alone: decided again inside the change, so that of several nodes one does it. @returns whether this one did */
const revokeByPolicy: ChangeOperation<{ readonly credential: string }, ResolvedCredential, boolean> = {
  name: 'credential.revoke',

  async resolve(deps, { credential: id }) {
    const credential = await credentialOf(deps, id);
    return {
      credential,
      needs: [{ permission: 'credential.revoke', resource: { kind: 'install' } }],
      subject: { resource: `caller/${credential.callerId}` },
      scopes: [],
      basis: [credential],
    };
  },

  async run(deps, { credential: { id, revokedAt } }, _input, commit) {
    if (revokedAt) return false;
    const lastUsedAt = (await deps.lastUse.of([id])).get(id);
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const row = await change.find('credential', id);
      const policy = change.install.credentialPolicy;
      const due = row && policy && revocationDue(row, policy, lastUsedAt, now);
      if (!due) throw new KmsError('conflict', 'the credential, its use or the policy changed meanwhile');
      change.put('credential', { ...row, revokedAt: new Date(now) });
      const dueAt = new Date(due.at).toISOString();
      const used = lastUsedAt?.toISOString() ?? null;
      const detail = { credential: id, kind: row.kind, policy: 'settings', rule: due.rule, dueAt, lastUsedAt: used };
      return { output: true, detail };
    });
  },
};
