import { KmsError } from '../errors.js';

/** `keystead/<log>/audit/3`: which log, and its epoch. */
export function originOf(name: string): { readonly log: string; readonly epoch: number } {
  const [, log = name, epoch = '1'] = /^(.*)\/(\d+)$/.exec(name) ?? [];
  return { log, epoch: Number(epoch) };
}

/**
 * The origin under which a log goes on that began under these.
 * @throws KmsError invalid-setting where they are of different logs
 */
export function nextOrigin(first: string, ...others: readonly string[]): string {
  const { log } = originOf(first);
  const stranger = others.find((name) => originOf(name).log !== log);
  if (stranger !== undefined) {
    throw new KmsError(
      'invalid-setting',
      `the log of the database is ${log}, and here is the key or a checkpoint of ${stranger}: take an empty data directory`,
    );
  }
  return `${log}/${Math.max(...[first, ...others].map((name) => originOf(name).epoch)) + 1}`;
}
