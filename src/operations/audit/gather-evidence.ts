import { hash } from 'node:crypto';
import type { BindingRow } from '../../access/records.js';
import type { AuditFilters } from '../../audit/journal.js';
import { canonicalJson } from '../../audit/log/canonical-json.js';
import { KmsError } from '../../errors.js';
import type { KeyRow } from '../../keys/records.js';
import type { InstallView } from '../../ledger/ledger.js';
import { describeBinding } from '../access/describe-binding.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import { describeKey } from '../keys/describe-key.js';
import type { KeyInput } from '../keys/get-key.js';
import type { UseOperation } from '../operation.js';
import { describeKeyPolicy } from '../policies/describe-policy.js';
import { resolveGovernedKey, type ResolvedGovernedKey } from '../policies/resolve-governed-key.js';
import { describeVersion } from '../versions/describe-version.js';

export interface EvidenceInput extends KeyInput {
  readonly since?: Date;
  /** Default: now. */
  readonly until?: Date;
}

/** What an archive of evidence says of a key: docs/formats/evidence.md. */
export interface Evidence {
  /** Canonical JSON. Its SHA-256 is in the record of this reading: what was gathered cannot be changed afterwards. */
  readonly manifest: string;
}

interface ResolvedEvidence extends ResolvedGovernedKey {
  readonly install: InstallView;
}

const INSTALL = { kind: 'install' } as const;
const MOST_RECORDS = 100_000;
const PAGE = 1000;

/** Which records there are of a key, and what is in force for it. For those who may read the whole log. */
export const gatherEvidence: UseOperation<EvidenceInput, ResolvedEvidence, Evidence> = {
  name: 'audit.read',

  async resolve(deps, input, arrival) {
    const install = await deps.ledger.install();
    if (!may(install.access, arrival, 'audit.read', INSTALL, deps.clock.now())) throw permissionDenied('audit.read');
    const key = await resolveGovernedKey('audit.read')(deps, input, arrival);
    return {
      ...key,
      install,
      needs: [{ permission: 'audit.read', resource: INSTALL }],
      // Not the key: a record of reading is not one of what was done with it.
      subject: { resource: 'install' },
      basis: [install, ...key.basis],
    };
  },

  async run(deps, resolved, { since, until = new Date(deps.clock.now()) }) {
    const { key, versions } = resolved.snapshot;
    const size = Number((await deps.log.checkpoint()).split('\n')[1]);
    const records = await indexesOf(deps, { key: key.id, ...(since && { since }), until }, size);
    const now = deps.clock.now();
    const manifest = canonicalJson({
      v: 1,
      log: deps.log.verifierKey,
      size,
      since: since ?? null,
      until,
      key: describeKey({ key }, now),
      versions: versions.map((row) => describeVersion(key, row)),
      policy: describeKeyPolicy(resolved, deps.engineClock.now()),
      ...accessTo(key, resolved.install, now),
      minimumIndex: resolved.install.auditLog.minimumIndex,
      records,
    });
    const manifestSha256 = hash('sha256', manifest, 'hex');
    return { output: { manifest }, detail: { evidence: key.id, manifestSha256, records: records.length, size } };
  },
};

/** The places of such records among the first `size` of the log. @throws KmsError invalid-request for too many, overloaded */
async function indexesOf(deps: Deps, filters: AuditFilters, size: number): Promise<number[]> {
  const indexes: number[] = [];
  for (;;) {
    const beyond = indexes.at(-1);
    const { records: found, behind } = await deps.journal.search({
      ...filters,
      order: 'oldest',
      limit: PAGE,
      ...(beyond === undefined ? {} : { beyond }),
    });
    if (behind > 0) {
      throw new KmsError(
        'overloaded',
        `${behind} records are not searched yet, and none may be missing here; try again`,
      );
    }
    indexes.push(...found.map(({ index }) => index).filter((index) => index < size));
    if (found.length < PAGE || (found.at(-1)?.index ?? size) >= size) return indexes;
    if (indexes.length > MOST_RECORDS) {
      throw new KmsError('invalid-request', `since: the key has more than ${MOST_RECORDS} records; ask for less time`);
    }
  }
}

/** The bindings that could bear on the key, and what their roles allow. */
function accessTo(key: KeyRow, { access, bindings }: InstallView, now: number) {
  const inForce = bindings.filter((row) => isInForce(row, now) && bearsOn(row, key));
  const roles = [...new Set(inForce.map(({ role }) => role))].toSorted();
  return {
    bindings: inForce.map((row) => describeBinding(row, access)),
    roles: Object.fromEntries(roles.map((role) => [role, access.operationsOf(role) ?? []])),
  };
}

function isInForce({ removedAt, expiresAt }: BindingRow, now: number): boolean {
  return removedAt === null && (expiresAt === null || expiresAt.getTime() > now);
}

function bearsOn({ scope }: BindingRow, key: KeyRow): boolean {
  if ('everything' in scope) return true;
  if (scope.keyring !== key.keyringId) return false;
  if ('key' in scope) return scope.key === key.id;
  return !('tags' in scope) || Object.entries(scope.tags).every(([name, value]) => key.tags[name] === value);
}
