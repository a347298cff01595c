import { MAIN } from '../../support/server.js';
import { FAULTS, type Fault } from './faults.js';
import { Observed } from './observed.js';
import type { Options } from './options.js';
import { PreviousBuild } from './previous-build.js';
import { Progress } from './progress.js';
import { randomFrom, shuffled } from './random.js';
import { resultOf, type Injected, type Result } from './result.js';
import { Stage } from './stage.js';
import { Standstill } from './standstill.js';

const UPGRADE = 'rolling upgrade of a node';

/** All faults that the options ask for, and the checks. */
export class FaultInjection {
  readonly #injected: Injected[] = [];
  readonly #skipped = new Map<string, string>();
  readonly #all: Observed[] = [];
  readonly #began = performance.now();
  readonly #standstill = new Standstill();
  readonly #random: () => number;
  readonly #progress: Progress;
  readonly #order: readonly Fault[];
  #stage: Promise<Stage> | undefined;
  #build: PreviousBuild | undefined;

  constructor(private readonly options: Options) {
    this.#random = randomFrom(options.seed);
    this.#order = this.#ordered();
    const steps = this.#order.length + 2 + (this.#hasUpgrade ? 7 : 0);
    this.#progress = new Progress(steps, () => {
      const acknowledged = this.#all.reduce((sum, one) => sum + one.acknowledged, 0);
      return `${acknowledged} operations acknowledged`;
    });
  }

  async run(): Promise<Result> {
    if (this.#order.length > 0) {
      await this.#on(undefined, async (stage) => {
        for (const { name, inject } of this.#order) await this.#inject(stage, name, () => inject(stage, this.#random));
      });
    }
    if (this.#hasUpgrade) await this.#upgrade();
    this.#progress.end();
    const { seed } = this.options;
    const { longestMs } = this.#standstill;
    return resultOf({ seed, began: this.#began, standstillMs: longestMs }, this.#injected, this.#skipped, this.#all);
  }

  /** Before its end: what it started is ended, and removed. */
  async stop(): Promise<void> {
    await (await this.#stage)?.remove();
    await this.#build?.remove();
  }

  get #hasUpgrade(): boolean {
    return !this.options.short && UPGRADE.includes(this.options.only ?? '');
  }

  /** What happens once stands where it does in the list; the rest is in between, in another order every round. */
  #ordered(): Fault[] {
    const { short, only = '', rounds } = this.options;
    const wanted = FAULTS.filter(({ name, onlyLong = false }) => name.includes(only) && !(short && onlyLong));
    const repeated = wanted.filter(({ repeats }) => repeats);
    const once = wanted.filter(({ repeats }) => !repeats);
    const shuffles = Array.from({ length: rounds }, () => shuffled(repeated, this.#random)).flat();
    const half = Math.ceil(shuffles.length / 2);
    return [...once.slice(0, 1), ...shuffles.slice(0, half), ...once.slice(1), ...shuffles.slice(half)];
  }

  /** @param program of the nodes; undefined: this checkout's */
  async #on(program: string | undefined, work: (stage: Stage) => Promise<void>): Promise<void> {
    const observed = new Observed();
    this.#all.push(observed);
    const options = program === undefined ? {} : { program };
    this.#stage = this.#progress.step('three nodes and PostgreSQL start', () => Stage.start(observed, options));
    const stage = await this.#stage;
    try {
      await stage.settled();
      await work(stage);
      await this.#progress.step('everything that was acknowledged is looked for', () => stage.check());
    } finally {
      await stage.remove();
    }
  }

  async #inject(stage: Stage, name: string, inject: () => Promise<string | undefined | void>): Promise<void> {
    await this.#progress.step(name, async () => {
      const from = performance.now();
      const skipped = await inject();
      await stage.settled();
      if (typeof skipped === 'string') this.#skipped.set(name, skipped);
      else this.#injected.push({ name, from, to: performance.now() });
    });
  }

  async #upgrade(): Promise<void> {
    const { previous } = this.options;
    const build = await this.#progress.step(`commit ${previous} is built`, () => PreviousBuild.make(previous));
    if (typeof build === 'string') {
      this.#skipped.set(UPGRADE, build);
      return;
    }
    this.#build = build;
    try {
      const name = `${UPGRADE} from ${build.commit}`;
      await this.#on(build.program, async (stage) => {
        for (const node of stage.cluster.nodes) {
          await this.#inject(stage, name, async () => void (await node.replace({ program: MAIN })));
        }
      });
    } finally {
      await build.remove();
    }
  }
}
