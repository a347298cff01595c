import { LessThan, type DataSource } from 'typeorm';
import { MOST_KEPT } from '../events/bounds.js';
import { DEAD_KEPT_MS, DELIVERED_KEPT_MS } from '../events/retry-schedule.js';
import { FORGOTTEN_AFTER_SECONDS } from '../access/login-attempts.js';
import { MaintenanceStore, type DueCampaign, type DueKey } from '../ledger/maintenance-store.js';
import { EventDeliveryEntity } from './entities/event-delivery.entity.js';
import { IdempotencyKeyEntity } from './entities/idempotency-key.entity.js';
import { ImportTokenEntity } from './entities/import-token.entity.js';
import { KeyEntity } from './entities/key.entity.js';
import { KeyringEntity } from './entities/keyring.entity.js';
import { WrappingKeyEntity } from './entities/wrapping-key.entity.js';

const IDEMPOTENCY_KEPT_MS = 24 * 60 * 60 * 1000;

/** Answered by the index of what is open, and by each key's use. */
export const QUIET_CAMPAIGNS_SQL = `select campaign.keyring_id as "keyringId", campaign.id from campaign
    join keyring on keyring.id = campaign.keyring_id and keyring.state = 'enabled'
  where campaign.state = 'open' and started_at <= $1::timestamptz - quiet_ms * interval '1 millisecond'
    and not exists (select from key_use where key_use.key_id = campaign.key_id and version = any(from_versions)
      and used_at > $1::timestamptz - quiet_ms * interval '1 millisecond')
  order by started_at limit $2`;

/** Whatever is under way is over, or let go, soon. */
const EXPIRE_SQL = `update event_delivery set state = 'dead', finished_at = $1, claimed_until = null,
    last_error = coalesce(last_error, 'expired')
  where state = 'pending' and give_up_at < $1 and (claimed_until is null or claimed_until < clock_timestamp())`;

const TRIM_SQL = `delete from event_delivery using webhook, lateral (select id from event_delivery
    where webhook_id = webhook.id and finished_at is not null order by id desc offset ${MOST_KEPT} limit 1) newest
  where webhook_id = webhook.id and finished_at is not null and event_delivery.id <= newest.id`;

const DROP_BREAKERS_SQL = `delete from webhook_breaker
  where not exists (select from webhook where id = webhook_id and removed_at is null)`;

export class PostgresMaintenanceStore extends MaintenanceStore {
  constructor(private readonly changes: DataSource) {
    super();
  }

  override async dueDestructions(now: Date, limit: number): Promise<DueKey[]> {
    return this.changes
      .createQueryBuilder(KeyEntity, 'key')
      .innerJoin(KeyringEntity, 'keyring', `keyring.id = key.keyringId and keyring.state = 'enabled'`)
      .select(['key.keyringId as "keyringId"', 'key.id as "keyId"'])
      .where(`key.state = 'pending-destruction' and key.destroyAt <= :now`, { now })
      .orderBy('key.destroyAt')
      .limit(limit)
      .getRawMany<DueKey>();
  }

  override async keyringsToRewrap(): Promise<string[]> {
    const rows = await this.changes
      .createQueryBuilder(WrappingKeyEntity, 'wrapping')
      .innerJoin(KeyringEntity, 'keyring', `keyring.id = wrapping.keyringId and keyring.state = 'enabled'`)
      .select('distinct wrapping.keyringId', 'id')
      .where(`wrapping.state = 'retiring'`)
      .getRawMany<{ id: string }>();
    return rows.map((row) => row.id);
  }

  override async quietCampaigns(now: Date, limit: number): Promise<DueCampaign[]> {
    return this.changes.query<DueCampaign[]>(QUIET_CAMPAIGNS_SQL, [now, limit]);
  }

  override async purge(now: Date): Promise<void> {
    const createdAt = LessThan(new Date(now.getTime() - IDEMPOTENCY_KEPT_MS));
    await this.changes.manager.delete(IdempotencyKeyEntity, { createdAt });
    await this.changes.manager.delete(ImportTokenEntity, { expiresAt: LessThan(now) });
    await this.changes.query(EXPIRE_SQL, [now]);
    for (const [state, kept] of [
      ['delivered', DELIVERED_KEPT_MS],
      ['dead', DEAD_KEPT_MS],
    ] as const) {
      const finishedAt = LessThan(new Date(now.getTime() - kept));
      await this.changes.manager.delete(EventDeliveryEntity, { state, finishedAt });
    }
    await this.changes.query(TRIM_SQL);
    await this.changes.query(DROP_BREAKERS_SQL);
    await this.changes.query(
      `delete from login_attempt where last_at < $1 and (trusted_until is null or trusted_until < $2)`,
      [new Date(now.getTime() - FORGOTTEN_AFTER_SECONDS * 1000), now],
    );
  }
}
