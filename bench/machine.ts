import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

const GiB = 1024 ** 3;

/** What the numbers were measured on, a line each. */
export function describeMachine(): string[] {
  const memory = Math.round(totalmem() / GiB);
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${memory} GiB of memory, ${type()} ${release()}`,
    `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
  ];
}
