import type { DeliveryTarget } from './delivery-target.js';

/** Told when a target begins to fail, and when it takes again. */
export interface DeliveryEvents {
  failed(target: string, why: string): void;
  recovered(target: string): void;
}

interface Lane {
  readonly target: DeliveryTarget;
  running: Promise<void> | undefined;
  delivered: string | undefined;
  isFailing: boolean;
}

/**
 * Brings the newest checkpoint to places outside the database, so that a database that was put back is found out. Each target has a lane of its
 * own: one that hangs or fails holds up neither the others nor the service, and gets the newest when it takes again.
 */
export class CheckpointDelivery {
  readonly #lanes: readonly Lane[];
  #newest: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    targets: readonly DeliveryTarget[],
    private readonly everyMs: number,
    private readonly events: DeliveryEvents,
  ) {
    this.#lanes = targets.map((target) => ({ target, running: undefined, delivered: undefined, isFailing: false }));
  }

  /** How many targets did not take the last that they were given. */
  get failing(): number {
    return this.#lanes.filter(({ isFailing }) => isFailing).length;
  }

  /** @param note a checkpoint that was signed just now */
  offer(note: string): void {
    this.#newest = note;
    if (this.#lanes.length > 0) this.#timer ??= setTimeout(() => void this.flush(), this.everyMs).unref();
  }

  /** Delivers the newest now, if it was not yet. Never throws. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const note = this.#newest;
    if (note === undefined) return;
    await Promise.all(this.#lanes.map((lane) => (lane.running ??= this.#run(lane))));
    if (this.failing > 0) this.offer(this.#newest ?? note);
  }

  #run(lane: Lane): Promise<void> {
    return this.#deliver(lane).finally(() => {
      lane.running = undefined;
    });
  }

  /** Until the lane has the newest: what was signed while it was busy, too. */
  async #deliver(lane: Lane): Promise<void> {
    try {
      for (let note = this.#newest; note !== undefined && note !== lane.delivered; note = this.#newest) {
        await lane.target.deliver(`${note}\n`);
        lane.delivered = note;
      }
      if (lane.isFailing) this.events.recovered(lane.target.name);
      lane.isFailing = false;
    } catch (error) {
      if (!lane.isFailing) this.events.failed(lane.target.name, error instanceof Error ? error.message : String(error));
      lane.isFailing = true;
    }
  }
}

/** To witnesses, which co-sign what they are given. */
export class WitnessDelivery extends CheckpointDelivery {}
