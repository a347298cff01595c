import type { DataSource } from 'typeorm';
import { lineageOfAwsId } from '../../keys/multi-region.js';
import type { KeySnapshot } from '../../keys/records.js';
import { isUuid } from '../../keys/uuid.js';
import { AliasEntity } from '../entities/alias.entity.js';
import type { KeyCache } from './key-cache.js';
import type { FoundKey, KeyReader } from './read-key.js';
import type { Scopes } from './scopes.js';
import { settled } from './settled.js';
import { mustBeCurrent, mustBeUnknown, verifiedKey } from './verify-row.js';

/** One key by what it is called: from memory, or read and verified. */
export class FindKey {
  constructor(
    private readonly reads: DataSource,
    private readonly keys: KeyReader,
    private readonly scopes: Scopes,
    private readonly cache: KeyCache,
  ) {}

  async byRef(keyringId: string, ref: string): Promise<KeySnapshot | undefined> {
    const lineageId = lineageOfAwsId(ref);
    if (lineageId !== undefined) return this.byLineage(keyringId, lineageId);
    return this.#remembered(keyringId, ref, async () => {
      if (isUuid(ref))
        return this.#load(keyringId, ref, async () => (await this.keys.byIds(this.reads, keyringId, [ref]))[0], ref);
      const named = await this.#load(keyringId, ref, () => this.keys.byName(this.reads, keyringId, ref));
      return named ?? this.#byAlias(keyringId, ref);
    });
  }

  async byLineage(keyringId: string, lineageId: string): Promise<KeySnapshot | undefined> {
    return this.#remembered(keyringId, lineageId, () =>
      this.#load(keyringId, lineageId, () => this.keys.byLineage(this.reads, keyringId, lineageId)),
    );
  }

  /** From memory, also that there is none. */
  async #remembered(
    keyringId: string,
    ref: string,
    read: () => Promise<KeySnapshot | undefined>,
  ): Promise<KeySnapshot | undefined> {
    const cached = this.cache.get(keyringId, ref);
    if (cached) return cached;
    const revision = this.scopes.revisionOf(keyringId);
    if (this.cache.isMissing(keyringId, ref, revision)) return undefined;
    const found = await read();
    if (!found) this.cache.putMissing(keyringId, ref, revision);
    return found;
  }

  /** Alias and key are verified together, at one moment: an alias that moved between the two would stay in the cache. */
  async #byAlias(keyringId: string, name: string): Promise<KeySnapshot | undefined> {
    return settled(
      this.scopes,
      keyringId,
      async () => {
        const alias = await this.reads.manager.findOneBy(AliasEntity, { keyringId, name });
        const found = alias?.keyId ? (await this.keys.byIds(this.reads, keyringId, [alias.keyId]))[0] : undefined;
        return { alias, found };
      },
      ({ alias, found }) => [alias?.revision ?? 0, found?.key.revision ?? 0],
      (mirror, { alias, found }) => {
        if (alias) mustBeCurrent(mirror, 'alias', alias);
        else mustBeUnknown(mirror, 'alias', `${keyringId}/${name}`);
        if (found) return this.cache.put(name, true, verifiedKey(mirror, found), found.key.tag);
        if (alias?.keyId) mustBeUnknown(mirror, 'key', alias.keyId);
        return undefined;
      },
    );
  }

  /** @param expectedId where the reference is an id: a key that the mirror knows must be there */
  async #load(
    keyringId: string,
    ref: string,
    read: () => Promise<FoundKey | undefined>,
    expectedId?: string,
  ): Promise<KeySnapshot | undefined> {
    return settled(
      this.scopes,
      keyringId,
      read,
      (found) => [found?.key.revision ?? 0],
      (mirror, found) => {
        if (found) return this.cache.put(ref, false, verifiedKey(mirror, found), found.key.tag);
        if (expectedId !== undefined) mustBeUnknown(mirror, 'key', expectedId);
        return undefined;
      },
    );
  }
}
