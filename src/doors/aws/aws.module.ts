import { Module } from '@nestjs/common';
import { AwsController } from './aws.controller.js';

/** AWS KMS at `POST /`. Needs Kms from a global module, and the HttpModule beside it. */
@Module({ controllers: [AwsController] })
export class AwsModule {}
