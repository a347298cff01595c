import { Controller, Inject } from '@nestjs/common';
import { Health } from '../../telemetry/health.js';
import type { PublicCall } from './call.js';
import { PublicEndpoint } from './endpoint.js';
import { liveAnswer, readyAnswer } from './schemas/health.js';

@Controller('health')
export class HealthController {
  constructor(@Inject(Health) private readonly health: Health) {}

  @PublicEndpoint({ method: 'GET', path: 'live', answer: liveAnswer, summary: 'Whether the process runs' })
  async live(_call: PublicCall<unknown>) {
    return { status: 'live' };
  }

  @PublicEndpoint({
    method: 'GET',
    path: 'ready',
    answer: readyAnswer,
    summary: 'Whether the service can serve',
    description: 'Checks database, root key and migrations; 503 while one of them fails.',
  })
  async ready({ reply }: PublicCall<unknown>) {
    const checks = await this.health.check();
    const isReady = checks.every(({ ok }) => ok);
    if (!isReady) void reply.code(503).header('retry-after', '2');
    return { status: isReady ? 'ready' : 'not-ready', checks };
  }
}
