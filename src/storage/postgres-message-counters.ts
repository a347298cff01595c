import type { DataSource } from 'typeorm';
import { MessageCounters } from '../keys/message-counters.js';
import { integrityFailure, type RowSeal } from '../keys/row-seal.js';
import type { SealKeys } from '../ledger/ledger.js';
import { databaseFailure } from './database-failure.js';
import { MessageCounterEntity } from './entities/message-counter.entity.js';

/** Counters with a tag of their own: one that was set back is noticed, by the tag or by a node that saw it higher. */
export class PostgresMessageCounters extends MessageCounters {
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly changes: DataSource,
    private readonly seals: SealKeys,
  ) {
    super();
  }

  override async reserve(keyringId: string, keyId: string, version: number, messages: number): Promise<number> {
    const seal = await this.seals.sealFor(keyringId);
    const id = `${keyId}/${version}`;
    try {
      const reserved = await this.changes.transaction(async (manager) => {
        await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [id]);
        const known = await manager.findOneBy(MessageCounterEntity, { keyId, version });
        if (known) seal.mustMatch(counterRow(id, known.reserved), known.tag);
        const before = known?.reserved ?? 0;
        if (before < (this.#seen.get(id) ?? 0)) throw integrityFailure(`the message counter of ${id} was set back`);
        const reserved = before + messages;
        const tag = seal.tagOf(counterRow(id, reserved));
        await manager.upsert(MessageCounterEntity, { keyId, version, keyringId, reserved, tag }, ['keyId', 'version']);
        return reserved;
      });
      // Only what is committed was seen: a lost transaction is no counter that was set back.
      this.#seen.set(id, Math.max(reserved, this.#seen.get(id) ?? 0));
      return reserved;
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}

function counterRow(id: string, reserved: number): Parameters<RowSeal['tagOf']>[0] {
  return { table: 'message_counter', id, revision: reserved, deciding: [] };
}
