import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AuthenticationGuard } from './authentication.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { RolesGuard } from './roles.guard.js';
import { RouteTable } from './route-table.js';

/** What every HTTP door shares: authentication, the coarse gate, problem documents. */
@Module({})
export class HttpModule {
  /** @param imports modules that provide Kms; none where a global module does */
  static with(imports: NonNullable<ModuleMetadata['imports']> = []): DynamicModule {
    return {
      module: HttpModule,
      imports,
      providers: [
        RouteTable,
        { provide: APP_GUARD, useClass: AuthenticationGuard },
        { provide: APP_GUARD, useClass: RolesGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [RouteTable],
    };
  }
}
