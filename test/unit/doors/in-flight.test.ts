import { Controller } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import type { PublicCall } from '../../../src/doors/rest/call.js';
import { PublicEndpoint } from '../../../src/doors/rest/endpoint.js';
import { startPlanted } from './planted-app.js';
import { expectProblem, receive } from './sending.js';

const held: (() => void)[] = [];

@Controller()
class BusyController {
  @PublicEndpoint({ method: 'GET', path: 'busy', summary: 'busy' })
  async busy(_call: PublicCall<unknown>) {
    await new Promise<void>((resolve) => held.push(resolve));
    return {};
  }

  @PublicEndpoint({ method: 'GET', path: 'health/live', summary: 'live' })
  async live(_call: PublicCall<unknown>) {
    return { status: 'live' };
  }
}

async function untilHeld(count: number): Promise<void> {
  while (held.length < count) await new Promise(setImmediate);
}

describe('a server with as many requests under way as it takes', () => {
  it('refuses further ones at once, answers for its health, and goes on when there is room', async () => {
    const { app, url } = await startPlanted([BusyController], { maxInFlight: 2 });
    const busy = [fetch(`${url}/busy`), fetch(`${url}/busy`)];
    await untilHeld(2);
    const refused = await receive(await fetch(`${url}/busy`));
    expectProblem(refused, 503, 'overloaded');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/nowhere`)).status).toBe(503);
    for (const release of held.splice(0)) release();
    expect((await Promise.all(busy)).map(({ status }) => status)).toEqual([200, 200]);
    const next = fetch(`${url}/busy`);
    await untilHeld(1);
    for (const release of held.splice(0)) release();
    expect((await next).status).toBe(200);
    await app.close();
  });

  it('has room again when a client goes away', async () => {
    const { app, url } = await startPlanted([BusyController], { maxInFlight: 1 });
    const gone = new AbortController();
    const first = fetch(`${url}/busy`, { signal: gone.signal });
    await untilHeld(1);
    gone.abort();
    await expect(first).rejects.toThrow();
    let status = 503;
    while (status === 503) status = (await fetch(`${url}/nowhere`)).status;
    expect(status).toBe(404);
    for (const release of held.splice(0)) release();
    await app.close();
  });
});
