import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ClockDoor } from './clock.door.js';

/** The schedule. Needs Kms and Deps from a global module. */
@Module({ imports: [ScheduleModule.forRoot()], providers: [ClockDoor] })
export class ClockModule {}
