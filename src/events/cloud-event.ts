import type { EventType, PING } from './event-types.js';

/** CloudEvents 1.0 in the JSON format, with all the attributes that are used here. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** UUIDv7, the same however often and to however many webhooks it is sent. */
  readonly id: string;
  readonly type: EventType | typeof PING;
  /** The place that it happened in: a path of the REST API. */
  readonly source: string;
  /** The resource of the audit record: `key/<id>`, `approval/<id>` … */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Ids, names and words of closed lists. Never a secret, plaintext or key material. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Structured mode (CloudEvents 1.0, HTTP protocol binding, section 3.2). */
export const CLOUD_EVENT_CONTENT_TYPE = 'application/cloudevents+json; charset=utf-8';

export function cloudEvent(event: Omit<CloudEvent, 'specversion' | 'datacontenttype'>): CloudEvent {
  return { specversion: '1.0', ...event, datacontenttype: 'application/json' };
}
