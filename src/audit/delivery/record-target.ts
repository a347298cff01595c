import { hash } from 'node:crypto';
import { deliveryTarget } from './delivery-target.js';
import { syslogTarget } from './syslog-target.js';

/** A record with its place in the log. */
export interface PlacedEntry {
  readonly index: number;
  /** The bytes in the log: canonical JSON of an object. */
  readonly entry: Buffer;
}

/** A place to which every record is brought, in their order, each at least once. */
export interface RecordTarget {
  /** Without secrets; two addresses have two names. */
  readonly name: string;
  /** Taken over by somebody else when it resolves. */
  send(records: readonly PlacedEntry[]): Promise<void>;
}

/**
 * `file:/path`, `stdout`, the URL of a webhook, or `syslog+tcp://host:port`, `syslog+tls://host:port`.
 * @throws Error for what is none of them
 */
export function recordTarget(address: string): RecordTarget {
  if (address.startsWith('syslog+')) return syslogTarget(address);
  const target = deliveryTarget(address);
  const { name } = target;
  return {
    name: /^https?:/.test(address) ? `${name}#${hash('sha256', address).slice(0, 8)}` : name,
    send: (records) => target.deliver(records.map(lineOf).join('')),
  };
}

/** The record as a line of JSON, with its `index` first. */
export function lineOf({ index, entry }: PlacedEntry): string {
  return `{"index":${index},${entry.toString('utf8').slice(1)}\n`;
}
