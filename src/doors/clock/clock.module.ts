import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ClockDoor } from './clock.door.js';
import { DeliveryDoor } from './delivery.door.js';

/** The schedule, and the outbox beside it. Needs Kms, Deps and EventDelivery from a global module. */
@Module({ imports: [ScheduleModule.forRoot()], providers: [ClockDoor, DeliveryDoor] })
export class ClockModule {}
