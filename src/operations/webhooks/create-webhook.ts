import { EVENT_TYPES, type EventType } from '../../events/event-types.js';
import type { WebhookRow } from '../../events/records.js';
import { readWebhookUrl } from '../../events/webhook-url.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { InstallView } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { makeWebhookSecret } from '../events/webhook-secret.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeWebhook, type WebhookDescription } from './describe-webhook.js';
import { webhookIn } from './resolve-webhook.js';
import { needsToBeTold, webhookNeed } from './webhook-needs.js';

/** Each has a few requests under way at most: together they bound what a node sends at once. */
const MOST_WEBHOOKS = 50;

export interface CreateWebhookInput {
  readonly url: string;
  /** Default: every type. */
  readonly types?: readonly string[];
  /** Id or name: only events about it. Default: all. */
  readonly keyring?: string;
}

export interface CreatedWebhook extends WebhookDescription {
  /** For the receiver to check signatures by, this once; a repeat answers without it. */
  readonly secret?: string;
}

export const createWebhook: ChangeOperation<CreateWebhookInput, Resolved, CreatedWebhook> = {
  name: 'webhook.create',

  /** Whoever has events sent to him may read what they tell: of the keyring, or of everything. */
  async resolve(deps, { keyring }, arrival) {
    const install = await deps.ledger.install();
    const own = webhookNeed(deps, install, arrival, 'webhook.create');
    const told = keyring === undefined ? null : keyringIn(install, keyring);
    return {
      needs: [own, ...needsToBeTold(deps, install, arrival, 'webhook.create', told)],
      subject: { resource: 'install' },
      scopes: [],
      basis: [install],
    };
  },

  async run(deps, _resolved, input, commit, arrival) {
    const url = readWebhookUrl(input.url);
    const types = mustBeTypes(input.types);
    const id = uuidv7();
    const { text, secret, wrapped } = await makeWebhookSecret(deps.secrets, id);
    return commit([INSTALL_SCOPE], async (change) => {
      const { webhooks } = change.install;
      if (webhooks.size >= MOST_WEBHOOKS) {
        throw new KmsError('limit-reached', `there are ${webhooks.size} webhooks, which is the most; remove one first`);
      }
      const row: Omit<WebhookRow, 'revision'> = {
        id,
        url: url.href,
        types,
        onlyKeyring: input.keyring === undefined ? null : keyringIn(change.install, input.keyring),
        secret,
        createdBy: arrival.caller.id,
        createdAt: new Date(deps.clock.now()),
        removedAt: null,
      };
      for (const wrapping of wrapped) change.putWrapped(wrapping);
      change.put('webhook', row);
      return {
        output: { ...describeWebhook(row), secret: text },
        subject: { resource: `webhook/${id}` },
        // Not the whole URL: what comes after the host may be meant for the receiver alone.
        detail: { origin: url.origin, types, keyring: row.onlyKeyring },
        resourceId: id,
      };
    });
  },

  repeat: async (deps, _resolved, id) => describeWebhook(webhookIn(await deps.ledger.install(), id)),
};

/** In a fixed order, each once. @throws KmsError invalid-request */
function mustBeTypes(types: readonly string[] | undefined): readonly EventType[] | null {
  if (types === undefined) return null;
  if (types.length === 0 || types.some((type) => !EVENT_TYPES.some((known) => known === type))) {
    throw new KmsError('invalid-request', `types: one or more of ${EVENT_TYPES.join(', ')}`);
  }
  return EVENT_TYPES.filter((type) => types.includes(type));
}

function keyringIn({ keyringsById, keyringsByName }: InstallView, ref: string): string {
  const keyring = keyringsById.get(ref) ?? keyringsByName.get(ref);
  if (keyring?.state === 'enabled') return keyring.id;
  throw new KmsError('keyring-not-found', 'keyring: no keyring has this id or name; GET /api/v1/keyrings lists them');
}
