import type { DataSource } from 'typeorm';
import { ImportTokens, type ImportToken } from '../keys/import-tokens.js';
import { ImportTokenEntity } from './entities/import-token.entity.js';

export class PostgresImportTokens extends ImportTokens {
  constructor(private readonly reads: DataSource) {
    super();
  }

  override async create(token: ImportToken): Promise<void> {
    await this.reads.manager.insert(ImportTokenEntity, token);
  }

  override async find(id: string): Promise<ImportToken | undefined> {
    return (await this.reads.manager.findOneBy(ImportTokenEntity, { id })) ?? undefined;
  }

  override async countFailure(id: string): Promise<number> {
    const rows = await this.reads.query<[{ failures: number }[], number]>(
      'update import_token set failures = failures + 1 where id = $1 returning failures',
      [id],
    );
    return rows[0][0]?.failures ?? 0;
  }

  override async burn(id: string): Promise<boolean> {
    const { affected } = await this.reads.manager.delete(ImportTokenEntity, { id });
    return affected === 1;
  }
}
