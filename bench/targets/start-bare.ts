import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Target } from './target.js';

const PROGRAM = fileURLToPath(new URL('bare-server.js', import.meta.url));

export async function startBare(): Promise<Target> {
  const child = fork(PROGRAM);
  const [port] = (await once(child, 'message')) as [number];
  return {
    name: 'bare node:http',
    port,
    parts: { server: { pid: child.pid ?? 0, withChildren: false } },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}
