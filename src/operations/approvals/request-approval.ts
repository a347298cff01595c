import { approvalStateAt, type ApprovalRow } from '../../access/approval.js';
import { storable } from '../../audit/storable.js';
import { hashOf } from '../../crypto/digest.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { mustBeAllowed } from '../authorise.js';
import { announce } from '../events/announce.js';
import type { Deps } from '../deps.js';
import { recordOf } from '../record.js';
import { approvalDigest, type Asked } from './approval-digest.js';
import { ApprovalRequired } from './approval-required.js';
import type { NeedsApproval } from './claim-approval.js';

/** Of one requester. */
const MOST_PENDING = 100;
const LONGEST_TEXT = 1024;
const SECRET_NAMES = /password|secret|material|code/i;

/**
 * Makes the request that approvers decide, with its record; the same call asked again finds the request that is there.
 * @returns what the requester is told. @throws KmsError limit-reached, permission-denied
 */
export async function requestApproval(deps: Deps, asked: Asked, needed: NeedsApproval): Promise<ApprovalRequired> {
  const { attempt, resolved, input } = asked;
  const { arrival, operation } = attempt;
  const { approvals: required, lifetime } = needed.required;
  const digest = approvalDigest(deps, asked, required);
  const now = deps.clock.now();
  const row: Omit<ApprovalRow, 'revision'> = {
    id: uuidv7(),
    operation,
    requesterId: arrival.caller.id,
    requesterCredential: arrival.credentialId ?? '',
    subject: storable({ ...resolved.subject }),
    required,
    guarded: needed.guarded?.reason ?? null,
    request: shown(input),
    digest,
    state: 'pending',
    decisions: [],
    createdAt: new Date(now),
    expiresAt: new Date(now + lifetime),
    changedAt: new Date(now),
  };
  return deps.ledger.change([INSTALL_SCOPE], async (change) => {
    const { access, approvals } = change.install;
    mustBeAllowed(access, arrival, resolved.needs, now);
    const own = [...approvals.values()].filter(
      (other) => other.requesterId === row.requesterId && ['pending', 'approved'].includes(approvalStateAt(other, now)),
    );
    const same = own.find((other) => other.digest.equals(digest));
    if (!same && own.length >= MOST_PENDING) {
      throw new KmsError('limit-reached', `you have ${own.length} open requests, which is the most; cancel one first`);
    }
    if (!same) change.put('approval', row);
    const { id } = same ?? row;
    const error = new ApprovalRequired(id, sentence(id, same?.state === 'approved'));
    const detail = { approval: id, required, ...(row.guarded === null ? {} : { guarded: row.guarded }) };
    const record = recordOf(deps, attempt, resolved.subject, error, detail);
    change.record(record);
    if (!same) await announce(deps, change, [record], () => ['keystead.approval.requested']);
    return error;
  });
}

function sentence(id: string, isApproved: boolean): string {
  const wait = isApproved ? 'was approved already' : 'waits for its approvers; once they approved';
  return `this needs the approval of others. Request ${id} ${wait}: send the same again with the header Keystead-Approval: ${id} (keystead … --approval ${id})`;
}

/** The input as approvers see it: bytes as their SHA-256, and nothing that is a secret. */
function shown(input: unknown): Readonly<Record<string, unknown>> {
  const entries = Object.entries(Object(input) as Record<string, unknown>)
    .filter(([name, value]) => value !== undefined && !SECRET_NAMES.test(name))
    .map(([name, value]) => [name, shownValue(value)]);
  return storable(Object.fromEntries(entries) as Record<string, unknown>);
}

function shownValue(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { sha256: hashOf('sha256', value).toString('hex') };
  if (typeof value === 'string') return value.slice(0, LONGEST_TEXT);
  return JSON.parse(JSON.stringify(value)) as unknown;
}
