import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { EventDelivery } from '../../operations/events/event-delivery.js';

const SECOND = 1000;

/** What is in the outbox goes out: looked for every second, beside the schedule, so that neither waits for the other. */
@Injectable()
export class DeliveryDoor implements BeforeApplicationShutdown {
  readonly #log = new Logger('events');
  #isFailing = false;

  constructor(@Inject(EventDelivery) private readonly delivery: EventDelivery) {}

  /** Never rejects. */
  @Interval(SECOND)
  send(): Promise<void> {
    return this.#try(() => this.delivery.begin());
  }

  @Interval(15 * SECOND)
  measure(): Promise<void> {
    return this.#try(() => this.delivery.measure());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.delivery.stop();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#log.error({ message: 'events cannot be sent now, and are tried on', error });
      this.#isFailing = true;
    }
  }
}
