import type { RootCeremony } from '../operations/root-ceremony.js';
import type { LogWatch } from '../storage/audit/log-watch.js';
import type { LogKeeper } from '../storage/audit/log-keeper.js';
import type { SinkFeeds } from '../storage/audit/sink-feeds.js';
import type { Database } from '../storage/database.js';
import { hasPendingMigrations } from '../storage/migrate.js';
import { isKmsError } from '../errors.js';
import { Health, type HealthCheck } from '../telemetry/health.js';

const PATIENCE_MS = 3000;

/** Anybody may ask, and a root may be far away: an answer is given again for so long. */
const FRESH_MS = 500;

/** Whether this node can serve: database, migrations, root key. */
export class NodeHealth extends Health {
  #last: { readonly checks: Promise<HealthCheck[]>; doneAt: number } | undefined;

  constructor(
    private readonly database: Database,
    private readonly root: RootCeremony,
    private readonly sinks: Pick<SinkFeeds, 'behind' | 'count' | 'failing'>,
    private readonly log: Pick<LogWatch, 'lag'>,
    private readonly keeper: Pick<LogKeeper, 'failure'>,
  ) {
    super();
  }

  override check(): Promise<HealthCheck[]> {
    if (this.#last && performance.now() - this.#last.doneAt < FRESH_MS) return this.#last.checks;
    const last = { checks: this.#look(), doneAt: Infinity };
    void last.checks.finally(() => (last.doneAt = performance.now()));
    this.#last = last;
    return last.checks;
  }

  async #look(): Promise<HealthCheck[]> {
    const { reads } = this.database;
    const checks = await Promise.all([
      check('database', () => reads.query('select 1')),
      check('migrations', async () => {
        if (await hasPendingMigrations(reads)) throw new Error('the schema is older than this code');
      }),
      check('root-key', () => this.root.active.check()),
    ]);
    return [...checks, this.#log(), ...this.#delivery()];
  }

  /** No request waits for what is behind, and each record is kept: it is told, and no more. */
  #log(): HealthCheck {
    const { unordered, unsigned, unsearchable } = this.log.lag;
    const waiting = `records that wait: ${unordered} for their place in the log, ${unsigned} to be signed, ${unsearchable} to be searched`;
    const { failure } = this.keeper;
    return { name: 'audit-log', ok: true, detail: failure === undefined ? waiting : `${failure}; ${waiting}` };
  }

  /** A place outside that takes no records keeps nobody from being served: it is told, and no more. */
  #delivery(): HealthCheck[] {
    const { behind, count, failing } = this.sinks;
    if (count === 0) return [];
    const detail = failing.length > 0 ? `${failing.join(', ')}: not taking records; ${behind} wait` : `${behind} wait`;
    return [{ name: 'audit-sinks', ok: true, detail }];
  }
}

async function check(name: string, work: () => Promise<unknown>): Promise<HealthCheck> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS);
  });
  try {
    await Promise.race([work(), late]);
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, detail: isKmsError(error) ? error.detail : 'not available' };
  } finally {
    clearTimeout(timer);
  }
}
