import { NO_LAG, readLag, type LogLag } from './log-lag.js';
import type { Sql } from './log-tables.js';

/** How far behind the log's background work is, as it was when it was last looked at: for health and metrics. */
export class LogWatch {
  lag: LogLag = NO_LAG;

  constructor(private readonly database: Sql) {}

  async look(): Promise<void> {
    this.lag = await readLag(this.database);
  }
}
