import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

const GiB = 1024 ** 3;

/** What the numbers will be measured on, a line each; asked before the run, so that the load is that of others. */
export function describeMachine(): string[] {
  const memory = Math.round(totalmem() / GiB);
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${memory} GiB of memory, ${type()} ${release()}`,
    `load average of the minute before: ${loadavg()[0]?.toFixed(1)} (what else the machine did; near 0 is quiet)`,
    `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
  ];
}
