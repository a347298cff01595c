import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives out by itself (Linux: from 32768 on). */
const FIRST = 11_000;
const [LANES, PORTS] = [50, 400];
/**
 * Workers of one run have lanes of their own: what one has asked for and does not listen on yet is not met by another. Another run begins
 * somewhere else, as does every test file.
 */
const lane = (process.ppid * 16 + Number(process.env['JEST_WORKER_ID'] ?? 0)) % LANES;
let next = Math.floor(Math.random() * PORTS);

/**
 * A port of 127.0.0.1 for a server that is started on it later, stopped, and started on it again: nobody else is given
 * it meanwhile, neither for listening on any port nor for a connection out.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + lane * PORTS + next;
    next = (next + 1) % PORTS;
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
