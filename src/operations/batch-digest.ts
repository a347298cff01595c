import { canonicalJson } from '../audit/log/canonical-json.js';
import { TreeTip } from '../audit/log/tree-tip.js';
import { leafHash } from '../audit/merkle-hash.js';
import { storable } from '../audit/storable.js';
import type { KmsError } from '../errors.js';
import type { Subject } from './operation.js';

export interface BatchItem {
  /** Its place in the batch. */
  readonly item: number;
  readonly subject: Subject;
  readonly error?: KmsError;
  readonly answer?: { readonly detail?: Readonly<Record<string, unknown>> };
}

/**
 * One Merkle digest (RFC 6962, base64) over the items of a batch that a record is about, in their order. Each leaf is the canonical JSON of
 * the item's number, version, error code and detail: whoever has an item can show that the record covers it.
 */
export function batchDigest(items: readonly BatchItem[]): string {
  const tree = new TreeTip();
  for (const { item, subject, error, answer } of items) {
    const fields = { item, version: subject.version ?? null, code: error?.code ?? null, detail: answer?.detail ?? {} };
    tree.append(leafHash(Buffer.from(canonicalJson(storable(fields)))));
  }
  return tree.root().toString('base64');
}
