import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives out by itself (Linux: from 32768 on). */
const [FIRST, LAST] = [11_000, 30_999];
/** Every test file begins somewhere else: what another has asked for and does not listen on yet is not met again. */
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/**
 * A port of 127.0.0.1 for a server that is started on it later, stopped, and started on it again: nobody else is given
 * it meanwhile, neither for listening on any port nor for a connection out.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port === LAST ? FIRST : port + 1;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
