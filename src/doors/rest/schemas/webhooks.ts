import { z } from 'zod';
import { DELIVERY_FAILURES, DELIVERY_STATES, EVENT_TYPES } from '../../../operations/vocabulary.js';
import { PAGING } from './paging.js';
import { ref } from './words.js';

const timestamp = z.iso.datetime();

export const createWebhookBody = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(1024)
    .meta({ description: 'https, or http to this machine; without user name, password and #' }),
  types: z.exactOptional(
    z
      .array(z.enum(EVENT_TYPES, { error: 'must be the type of an event' }))
      .min(1)
      .meta({ description: 'Which events. Default: all', examples: [['keystead.key.rotation-overdue']] }),
  ),
  keyring: z.exactOptional(ref('Id or name: only events about this keyring. Default: all', 'default')),
});

export const webhookAnswer = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.string()).nullable().meta({ description: 'null: every type' }),
    keyring: z.string().nullable().meta({ description: 'Id of the keyring whose events it takes; null: all' }),
    createdAt: timestamp,
    createdBy: z.string().meta({ description: 'Id of a caller' }),
  })
  .meta({ id: 'Webhook' });

export const shownWebhookAnswer = webhookAnswer
  .extend({
    health: z.object({
      pending: z.int().meta({ description: 'Deliveries that are to be made; at most 10,000' }),
      dropped: z.int().meta({ description: 'Dead ones that there was no room for: lastError outbox-full' }),
      timeouts: z.int().meta({ description: 'Attempts without an answer in time, since the last answer' }),
      pausedUntil: timestamp.nullable().meta({ description: 'Nothing is sent until then: 5 timeouts in a row' }),
    }),
  })
  .meta({ id: 'ShownWebhook' });

export const newWebhookAnswer = webhookAnswer
  .extend({
    secret: z.string().optional().meta({
      description:
        'whsec_ and base64 (Standard Webhooks). Shown once: a repeat under the same Idempotency-Key does not hold it',
    }),
  })
  .meta({ id: 'NewWebhook' });

export const listDeliveriesQuery = z.strictObject({ ...PAGING, state: z.exactOptional(z.enum(DELIVERY_STATES)) });

export const deliveryToComeAnswer = z
  .object({ id: z.string().meta({ description: 'Of the delivery' }) })
  .meta({ id: 'DeliveryToCome' });

export const deliveryAnswer = z
  .object({
    id: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int().meta({ description: 'Those that failed, since it was last sent anew' }),
    nextAttemptAt: timestamp.nullable().meta({ description: 'Of a pending one' }),
    createdAt: timestamp,
    finishedAt: timestamp.nullable().meta({ description: 'When it was delivered, or given up' }),
    lastStatus: z.int().nullable().meta({ description: 'What the receiver last answered' }),
    lastError: z.enum(DELIVERY_FAILURES).nullable(),
    event: z
      .object({ id: z.string(), type: z.string(), subject: z.string(), time: timestamp })
      .nullable()
      .meta({ description: 'null: the delivery was changed in the database' }),
    tampered: z.boolean().meta({ description: 'It was changed in the database: an alarm, and it is not sent' }),
  })
  .meta({ id: 'Delivery' });
