import type { DataSource } from 'typeorm';
import { ImportTokens, type ImportToken } from '../keys/import-tokens.js';
import { ImportTokenEntity } from './entities/import-token.entity.js';

/** Of how many tokens the tries are remembered; each comes with a key pair of its own, so there are never this many. */
const REMEMBERED = 10_000;

export class PostgresImportTokens extends ImportTokens {
  /** By token: what was counted here. A count that somebody sets back in the database does not give a token more tries on this node. */
  readonly #counted = new Map<string, number>();

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
    const stored = rows[0][0]?.failures;
    if (stored === undefined) return 0;
    const failures = Math.max(stored, (this.#counted.get(id) ?? 0) + 1);
    this.#counted.delete(id);
    this.#counted.set(id, failures);
    if (this.#counted.size > REMEMBERED) this.#counted.delete(this.#counted.keys().next().value as string);
    return failures;
  }

  override async burn(id: string): Promise<boolean> {
    const { affected } = await this.reads.manager.delete(ImportTokenEntity, { id });
    return affected === 1;
  }
}
