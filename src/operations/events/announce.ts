import type { AuditRecord } from '../../audit/record.js';
import { cloudEvent, type CloudEvent } from '../../events/cloud-event.js';
import type { EventType } from '../../events/event-types.js';
import type { WebhookRow } from '../../events/records.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { Change } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import { newDelivery } from './new-delivery.js';
import { eventsOf, failuresOf } from './events-of.js';

/** Of a record's detail: words and ids. What is not listed here is told to nobody. */
const TOLD = [
  'about',
  'approval',
  'approvers',
  'credential',
  'campaign',
  'destroyAt',
  'dueAt',
  'from',
  'guarded',
  'keyState',
  'policy',
  'primaryVersion',
  'reason',
  'requester',
  'rule',
  'state',
  'testClock',
  'to',
  'verdict',
  'versions',
] as const;

/**
 * Puts what records are told as into the outbox, in the transaction that writes the records: for each webhook that takes it.
 * @param typesOf what a record is told as
 */
export async function announce(
  deps: Deps,
  change: Change,
  records: readonly AuditRecord[],
  typesOf: (record: AuditRecord) => readonly EventType[] = eventsOf,
): Promise<void> {
  const webhooks = [...change.install.webhooks.values()];
  if (webhooks.length === 0) return;
  const told = records.flatMap((record) =>
    typesOf(record).map((type) => ({ record, type, to: webhooks.filter((webhook) => takes(webhook, type, record)) })),
  );
  const deliveries = told
    .filter(({ to }) => to.length > 0)
    .map(async ({ record, type, to }) => {
      const event = await eventOf(deps, change, type, record);
      return to.map(({ id }) => newDelivery(deps, id, event));
    });
  await change.outbox.put((await Promise.all(deliveries)).flat());
}

/** The same for a failure, which is on record already. One that cannot be put into the outbox now is lost with no other harm. */
export async function announceFailure(deps: Deps, record: AuditRecord): Promise<void> {
  if (failuresOf(record).length === 0) return;
  await deps.ledger.change([], (change) => announce(deps, change, [record], failuresOf)).catch(() => undefined);
}

function takes({ types, onlyKeyring }: WebhookRow, type: EventType, { keyring }: AuditRecord): boolean {
  return (types === null || types.includes(type)) && (onlyKeyring === null || onlyKeyring === keyring);
}

async function eventOf(deps: Deps, change: Change, type: EventType, record: AuditRecord): Promise<CloudEvent> {
  const { keyring, key, version, resource, at } = record;
  const facts = TOLD.map((name) => [name, record.detail[name]]).filter(([, value]) => value !== undefined);
  return cloudEvent({
    id: uuidv7(),
    type,
    source: keyring === null ? '/api/v1' : `/api/v1/keyrings/${keyring}`,
    subject: resource,
    time: at.toISOString(),
    data: {
      operation: record.operation,
      outcome: record.outcome,
      ...(record.code !== null && { code: record.code }),
      caller: { id: record.caller, name: record.callerName },
      ...(keyring !== null && {
        keyring: { id: keyring, name: change.install.keyringsById.get(keyring)?.name ?? null },
      }),
      ...(key !== null && { key: { id: key, name: await nameOf(deps, keyring, key) } }),
      ...(version !== null && { version }),
      ...Object.fromEntries(facts),
      ...(record.detail['operation'] !== undefined && { requestedOperation: record.detail['operation'] }),
      record: record.id,
      requestId: record.requestId,
    },
  });
}

async function nameOf({ ledger }: Deps, keyring: string | null, key: string): Promise<string | null> {
  const snapshot = await ledger.findKey(keyring ?? '', key).catch(() => undefined);
  return snapshot?.key.name ?? null;
}
