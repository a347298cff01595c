import { KeysteadClient } from '../../src/client/client.js';
import type { AuditStand } from './audit-stand.js';
import type { Population } from './fill-search-index.js';
import { latencyOf, type Latency } from './percentile.js';

const TIMES = 30;
const HOUR = 3_600_000;
const PAGE = 50;

/** Over HTTP, one request after the other; each is on record, and is in the search index before the next is answered. */
export async function measureQueries(stand: AuditStand, population: Population): Promise<readonly Latency[]> {
  const { audit } = new KeysteadClient({ url: stand.url, token: stand.auditor });
  const { keys, callers, since, until } = population;
  const [key = '', caller = ''] = [keys[0], callers[0]];
  const [coldKey = '', coldCaller = ''] = [keys.at(-1), callers.at(-1)];
  const middle = new Date((since.getTime() + until.getTime()) / 2);
  const hour = { since: middle, until: new Date(middle.getTime() + HOUR) };
  const firstDay = { since, until: new Date(since.getTime() + 24 * HOUR) };
  const [found] = (await audit.records({ ...hour, limit: 1 })).items;
  if (!found) throw new Error('there are no records in the middle');
  const { requestId } = found;
  const [contextHash = ''] = (found.detail as { readonly contextHashes: readonly string[] }).contextHashes;
  const records = {
    'latest 50': {},
    'of the key with the most records': { key },
    'of a key with few': { key: coldKey },
    'of the caller with the most records': { caller },
    'of a caller with few': { caller: coldCaller },
    'of that key by that caller': { key, caller },
    denied: { outcome: 'denied' },
    'denied, of a key with few records': { outcome: 'denied', key: coldKey },
    'one request id': { requestId },
    'one value of the context': { contextHash },
    'an hour in the middle': hour,
    'an hour in the middle, of the key with the most records': { ...hour, key },
    'the first day, newest first': firstDay,
    'the first day, oldest first': { ...firstDay, order: 'oldest' },
  } as const;
  const summaries = {
    'counts and histogram of an hour, by the minute': { ...hour, interval: 'minute' },
    'counts and histogram of a day, by the hour': firstDay,
    'counts and histogram of a key with few records, everything, by the day': {
      key: coldKey,
      since,
      until,
      interval: 'day',
    },
    'counts and histogram of what was denied, everything, by the day': {
      outcome: 'denied',
      since,
      until,
      interval: 'day',
    },
  } as const;
  const latencies: Latency[] = [];
  for (const [name, filters] of Object.entries(records)) {
    latencies.push(await latencyOf(name, TIMES, () => audit.records({ ...filters, limit: PAGE })));
  }
  for (const [name, filters] of Object.entries(summaries)) {
    latencies.push(await latencyOf(name, TIMES, () => audit.summary(filters)));
  }
  return latencies;
}
