import { hash } from 'node:crypto';
import { deliveryTarget } from './delivery-target.js';
import type { PlacedEntry, RecordTarget } from './record-target.js';
import { syslogTarget } from './syslog-target.js';

/**
 * `file:/path`, `stdout`, the URL of a webhook, or `syslog+tcp://host:port`, `syslog+tls://host:port`.
 * @throws Error for what is none of them
 */
export function openRecordTarget(address: string): RecordTarget {
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
