import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval, Timeout } from '@nestjs/schedule';
import { DEPS, type Deps } from '../../operations/deps.js';
import { Kms } from '../../operations/kms.js';
import { runMaintenance } from '../../operations/maintenance.js';

const SECOND = 1000;

/** What is due comes in by this door, as the service's own caller: soon after the start, then every quarter of a minute. */
@Injectable()
export class ClockDoor implements BeforeApplicationShutdown {
  readonly #log = new Logger('clock');
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(
    @Inject(Kms) private readonly kms: Kms,
    @Inject(DEPS) private readonly deps: Deps,
  ) {}

  @Timeout(5 * SECOND)
  soon(): Promise<void> {
    return this.run();
  }

  /** Resolves when the run is over; one that is under way is not overtaken by another. Never rejects. */
  @Interval(15 * SECOND)
  run(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#running ??= this.#once().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Keys whose place in the schedule somebody took away are put back: at the start, and every hour. */
  @Timeout(5 * SECOND)
  @Interval(60 * 60 * SECOND)
  async restore(): Promise<void> {
    try {
      const restored = await this.deps.dueKeys.restore(new Date(this.deps.engineClock.now()));
      if (restored > 0) this.#log.warn({ message: 'keys with a policy were not in the schedule', restored });
    } catch (error) {
      this.#log.error({ message: 'the schedule could not be checked, and is in an hour', error });
    }
  }

  /** What is under way is finished, and nothing begins any more. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #once(): Promise<void> {
    try {
      const run = () => runMaintenance(this.kms, this.deps, () => this.#isStopped);
      const report = await (this.deps.testClock?.inTurn(run) ?? run());
      if (report.failed > 0)
        this.#log.error({ message: 'something that was due failed; the audit records say why', ...report });
    } catch (error) {
      this.#log.error({ message: 'maintenance broke off, and is tried again soon', error });
    }
  }
}
