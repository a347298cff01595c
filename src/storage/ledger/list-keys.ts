import type { DataSource } from 'typeorm';
import type { AliasQuery, KeyQuery } from '../../ledger/ledger.js';
import { AliasEntity } from '../entities/alias.entity.js';
import { KeyEntity } from '../entities/key.entity.js';

/** The ids of one page, newest first: every filter has an index, for when what it finds is rare; else the page's own order finds it soon. */
export async function listKeyIds(
  dataSource: DataSource,
  keyringId: string,
  query: KeyQuery,
  now: number,
): Promise<string[]> {
  const select = dataSource.createQueryBuilder(KeyEntity, 'key').select('key.id', 'id').where({ keyringId });
  if (query.state === 'pre-active')
    select.andWhere(`key.state = 'pre-active' and key.notBefore > :now`, { now: new Date(now) });
  else if (query.state === 'enabled') {
    select.andWhere(`(key.state = 'enabled' or (key.state = 'pre-active' and key.notBefore <= :now))`, {
      now: new Date(now),
    });
  } else if (query.state) select.andWhere('key.state = :state', { state: query.state });
  if (query.spec) select.andWhere('key.spec = :spec', { spec: query.spec });
  if (query.usage) select.andWhere('key.usage = :usage', { usage: query.usage });
  if (query.tag?.value !== undefined) {
    select.andWhere('key.tags @> :tag::jsonb', { tag: JSON.stringify({ [query.tag.name]: query.tag.value }) });
  } else if (query.tag) select.andWhere('key.tags ? :tagName', { tagName: query.tag.name });
  if (query.namePrefix !== undefined) select.andWhere('starts_with(key.name, :prefix)', { prefix: query.namePrefix });
  if (query.rotatedBefore) {
    select.andWhere('coalesce(key.rotatedAt, key.createdAt) < :rotatedBefore', { rotatedBefore: query.rotatedBefore });
  }
  if (query.published !== undefined) select.andWhere('key.published = :published', { published: query.published });
  if (query.retirableBy !== undefined) {
    const retiring = JSON.stringify([{ retiring: query.retirableBy }]);
    select.andWhere('key.grants is not null and key.grants @> :retiring::jsonb', { retiring });
  }
  if (query.before !== undefined) select.andWhere('key.id < :before', { before: query.before });
  const rows = await select.orderBy('key.id', 'DESC').limit(query.limit).getRawMany<{ id: string }>();
  return rows.map((row) => row.id);
}

export async function listAliases(
  dataSource: DataSource,
  keyringId: string,
  query: AliasQuery,
): Promise<AliasEntity[]> {
  const select = dataSource
    .createQueryBuilder(AliasEntity, 'alias')
    .where({ keyringId })
    .andWhere('alias.keyId is not null');
  if (query.keyId !== undefined) select.andWhere('alias.keyId = :keyId', { keyId: query.keyId });
  if (query.after !== undefined) select.andWhere('alias.name > :after', { after: query.after });
  return select.orderBy('alias.name', 'ASC').limit(query.limit).getMany();
}
