import type { AuditRecord } from '../../audit/record.js';
import type { ResolvedKey } from '../keys/get-key.js';
import type { UseOperation } from '../operation.js';
import { cursorIndex, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { mustHaveVersion, resolveVersionChange, type VersionInput } from './change-version-state.js';

export interface ExposedDataKeysInput extends VersionInput, PageInput {}

/** A call by which data keys were wrapped under a version: whoever has its material can unwrap them. */
export interface ExposedDataKeys {
  /** Id of the audit record. */
  readonly record: string;
  readonly at: Date;
  /** `data-key`, `data-key-pair`, or `re-encrypt` of an older one. */
  readonly operation: string;
  /** How many. */
  readonly dataKeys: number;
  readonly caller: string;
  readonly callerName: string | null;
  readonly source: string | null;
  readonly requestId: string;
  /** The names in their encryption contexts; null: none was given. */
  readonly context: readonly string[] | null;
}

/** Newest first, from the audit records. */
export const listExposedDataKeys: UseOperation<ExposedDataKeysInput, ResolvedKey, Page<ExposedDataKeys>> = {
  name: 'version.exposed',
  resolve: resolveVersionChange('version.exposed'),

  async run(deps, { snapshot }, input) {
    const { version } = mustHaveVersion(snapshot, input.version);
    const limit = pageLimit(input);
    const before = cursorIndex(input);
    const records = await deps.journal.dataKeysUnder({
      key: snapshot.key.id,
      version,
      ...(before !== undefined && { before }),
      limit: limit + 1,
    });
    const output = pageOf(records, limit, ({ index }) => String(index), exposedBy);
    return { output, detail: { items: output.items.length } };
  },
};

function exposedBy(record: AuditRecord): ExposedDataKeys {
  const { id, at, operation, caller, callerName, source, requestId, detail } = record;
  const { dataKeys = 1, context = null } = detail as { readonly dataKeys?: number; readonly context?: string[] };
  return { record: id, at, operation, dataKeys, caller, callerName, source, requestId, context };
}
