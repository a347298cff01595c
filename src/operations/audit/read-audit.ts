import type { AccessView } from '../../access/access-view.js';
import type { AUDIT_ORDERS, AuditFilters, FoundRecord } from '../../audit/journal.js';
import type { AuditOutcome } from '../../audit/record.js';
import type { InstallView } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import { findCaller } from '../access/resolve-caller.js';
import type { Resolved, UseOperation } from '../operation.js';
import { cursorIndex, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { findAuditedKey } from './find-audited-key.js';

/** Which records are meant. */
export interface AuditFilterInput {
  /** Id, name or alias of a key. */
  readonly key?: string;
  /** Id or name. */
  readonly caller?: string;
  readonly operation?: string;
  readonly outcome?: AuditOutcome;
  readonly door?: string;
  /** The address it came from. */
  readonly source?: string;
  readonly requestId?: string;
  /** Of a value of the encryption context. */
  readonly contextHash?: string;
  /** Only records behind this one in the log. */
  readonly after?: number;
  /** Records from this moment on. */
  readonly since?: Date;
  /** Records before this moment. */
  readonly until?: Date;
}

export interface ReadAuditInput extends PageInput, AuditFilterInput {
  /** Default: newest first. */
  readonly order?: (typeof AUDIT_ORDERS)[number];
}

export interface ResolvedAudit extends Resolved {
  /** Those whose records are seen; undefined: all, and what belongs to none. */
  readonly keyrings: readonly string[] | undefined;
  readonly filters: AuditFilters;
}

export interface AuditPage extends Page<FoundRecord> {
  /** The records before it were dropped. */
  readonly minimumIndex: number;
  /** Records that were written before and are not searched yet. */
  readonly behind: number;
}

/**
 * Page by page. Whoever may read the log everywhere sees all of it, others see the records of the keyrings where they
 * may. Reading is on record too.
 */
export const readAudit: UseOperation<ReadAuditInput, ResolvedAudit, AuditPage> = {
  name: 'audit.read',

  resolve: resolveAudit,

  async run(deps, { keyrings, filters }, input) {
    const limit = pageLimit(input);
    const beyond = cursorIndex(input);
    const { records, behind } = await deps.journal.search({
      ...(keyrings && { keyrings }),
      ...filters,
      ...(input.order === undefined ? {} : { order: input.order }),
      ...(beyond === undefined ? {} : { beyond }),
      limit: limit + 1,
    });
    const page = pageOf(records, limit, ({ index }) => String(index), wireForm);
    const { minimumIndex } = (await deps.ledger.install()).auditLog;
    const output = { ...page, minimumIndex, behind };
    return { output, detail: { items: output.items.length, ...filters } };
  },
};

/** Which records the caller sees of those that are asked for. @throws KmsError permission-denied, key-not-found */
export async function resolveAudit(deps: Deps, input: AuditFilterInput, arrival: Arrival): Promise<ResolvedAudit> {
  const install = await deps.ledger.install();
  const keyrings = visibleKeyrings(install, arrival, deps.clock.now());
  const key = input.key === undefined ? undefined : await findAuditedKey(deps, install, input.key, keyrings);
  return {
    keyrings,
    filters: {
      ...(key === undefined ? {} : { key }),
      ...filtersOf(install.access, input),
    },
    needs: [],
    // Not the key that was asked for: a record of reading is not one of what was done with the key.
    subject: { resource: 'install' },
    scopes: [],
    basis: [install],
  };
}

/** @returns undefined for all, also what belongs to none. @throws KmsError permission-denied */
function visibleKeyrings(install: InstallView, arrival: Arrival, now: number): readonly string[] | undefined {
  const { access, keyringsById } = install;
  if (may(access, arrival, 'audit.read', { kind: 'install' }, now)) return undefined;
  const isVisible = (keyringId: string) => may(access, arrival, 'audit.read', { kind: 'keyring', keyringId }, now);
  const keyrings = [...keyringsById.keys()].filter(isVisible);
  if (keyrings.length === 0) throw permissionDenied('audit.read');
  return keyrings;
}

const AS_GIVEN = [
  'operation',
  'outcome',
  'door',
  'source',
  'requestId',
  'contextHash',
  'after',
  'since',
  'until',
] as const;

function filtersOf(access: AccessView, input: AuditFilterInput): AuditFilters {
  const given = AS_GIVEN.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]]));
  const { caller } = input;
  return {
    ...(caller === undefined ? {} : { caller: findCaller(access, caller)?.id ?? caller }),
    ...(Object.fromEntries(given) as AuditFilters),
  };
}

/** The columns one by one: a row of the store may carry more than the record. */
function wireForm(record: FoundRecord): FoundRecord {
  const { index, id, at, caller, callerName, credential, door, source, operation, resource, keyring } = record;
  const { key, version, outcome, code, requestId, node, durationUs, detail } = record;
  const what = { operation, resource, keyring, key, version, outcome, code };
  return { index, id, at, caller, callerName, credential, door, source, ...what, requestId, node, durationUs, detail };
}
