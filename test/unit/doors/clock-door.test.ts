import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ClockDoor } from '../../../src/doors/clock/clock.door.js';
import { MaintenanceStore, type DueCampaign, type DueKey } from '../../../src/ledger/maintenance-store.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { scheduleKeyDestruction } from '../../../src/operations/keys/schedule-key-destruction.js';
import type { Deps } from '../../../src/operations/deps.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;
let bed: TestBed;

beforeAll(async () => {
  Logger.overrideLogger(false);
  bed = await makeMemoryBed();
});
afterAll(async () => bed.dispose());

/** A store whose first answer is held back until `open` is called. */
class HeldMaintenance extends MaintenanceStore {
  asked = 0;
  open: () => void = () => undefined;
  readonly #opened = new Promise<void>((resolve) => (this.open = resolve));

  constructor(private readonly store: MaintenanceStore) {
    super();
  }

  override async dueDestructions(now: Date, limit: number): Promise<DueKey[]> {
    this.asked += 1;
    await this.#opened;
    return this.store.dueDestructions(now, limit);
  }

  override keyringsToRewrap(): Promise<string[]> {
    return this.store.keyringsToRewrap();
  }

  override quietCampaigns(now: Date, limit: number): Promise<DueCampaign[]> {
    return this.store.quietCampaigns(now, limit);
  }

  override purge(now: Date): Promise<void> {
    return this.store.purge(now);
  }
}

function held(): { readonly door: ClockDoor; readonly maintenance: HeldMaintenance } {
  const maintenance = new HeldMaintenance(bed.deps.maintenance);
  const deps: Deps = Object.create(bed.deps, { maintenance: { value: maintenance } });
  return { door: new ClockDoor(bed.kms, deps), maintenance };
}

describe('the schedule', () => {
  it('destroys what is due, as the service itself', async () => {
    const admin = await bed.arriveAs('key-admin');
    const { output } = await bed.kms.change(createKey, { keyring: 'default', spec: 'aes-256-gcm' }, admin);
    const key = { keyring: 'default', key: output.id };
    await bed.kms.change(scheduleKeyDestruction, { ...key, windowDays: 7 }, admin);
    const door = new ClockDoor(bed.kms, bed.deps);
    await door.run();
    expect((await bed.kms.perform(getKey, key, admin)).state).toBe('pending-destruction');
    bed.clock.advance(8 * DAY);
    await door.run();
    expect((await bed.kms.perform(getKey, key, admin)).state).toBe('destroyed');
    const [record] = await bed.deps.journal.query({ key: output.id, operation: 'key.destroy', limit: 1 });
    expect(record).toMatchObject({ caller: 'system:lifecycle', door: 'clock', outcome: 'success' });
  });

  it('never runs twice at a time', async () => {
    const { door, maintenance } = held();
    const runs = [door.soon(), door.run(), door.run()];
    maintenance.open();
    await Promise.all(runs);
    expect(maintenance.asked).toBe(1);
    await door.run();
    expect(maintenance.asked).toBe(2);
  });

  it('finishes what is under way before the service stops, and then begins nothing', async () => {
    const { door, maintenance } = held();
    const order: string[] = [];
    const run = door.run().then(() => order.push('run'));
    const stop = door.beforeApplicationShutdown().then(() => order.push('stop'));
    maintenance.open();
    await Promise.all([run, stop]);
    expect(order).toEqual(['run', 'stop']);
    await door.run();
    expect(maintenance.asked).toBe(1);
  });

  it('goes on after a run that broke off', async () => {
    const { door, maintenance } = held();
    maintenance.open();
    maintenance.purge = async () => {
      throw new Error('the database is away');
    };
    await door.run();
    await door.run();
    expect(maintenance.asked).toBe(2);
  });
});
