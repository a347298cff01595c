import { Client } from 'pg';
import { uuidv7 } from '../../src/keys/uuid.js';
import type { AuditStand } from './audit-stand.js';

const AT_ONCE = 10_000;
const PERIOD_MS = 30 * 86_400_000;
const KEYS = 2000;
const CALLERS = 200;

/** What the records are about: the first key and the first caller have the most of them, the last ones few. */
export interface Population {
  readonly keys: readonly string[];
  readonly callers: readonly string[];
  readonly since: Date;
  readonly until: Date;
}

const time = `lpad(to_hex((extract(epoch from r.at) * 1000)::bigint), 12, '0')`;
const uuid = `(${time} || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`;
const hash = `translate(encode(sha256(floor(50000 * random())::text::bytea), 'base64'), '+/=', '-_')`;

/** Encryptions and decryptions as the service writes them, of 30 days: of a key with 8 % of all, and of others; 2 % were denied. */
const FILL = `insert into audit_record (index, id, at, caller, caller_name, credential, door, source, operation, resource, keyring, key,
    version, outcome, code, request_id, node, duration_us, detail)
  select r.index, ${uuid}, r.at, ($5::uuid[])[1 + floor(${CALLERS} * random() ^ 3)::integer], 'app', 'XOz00MBdBMLKrqTH', 'rest', '127.0.0.1',
    case when r.index % 3 = 0 then 'decrypt' else 'encrypt' end, 'key/' || r.key, $6::uuid, r.key, 1,
    case when r.denied then 'denied' else 'success' end, case when r.denied then 'permission-denied' end, ${uuid}::text, 'node-1',
    r.index % 10000,
    jsonb_build_object('context', '["tenant","object"]'::jsonb, 'contextHashes', jsonb_build_array(left(${hash}, 22), left(${hash}, 22)))
  from (select i as index, random() < 0.02 as denied, $3::timestamptz + (i - $1) * $7::double precision * interval '1 millisecond' as at,
      ($4::uuid[])[1 + floor(${KEYS} * random() ^ 3)::integer] as key
    from generate_series($1::bigint, $2::bigint) as i) as r`;

const SPANS = `insert into audit_span select index >> 12, min(at), max(at) from audit_record where index >= $1 group by 1
  on conflict (block) do update set latest = excluded.latest`;

/** Fills the search index behind the records that are in it, by SQL: its rows are not made from the log. */
export async function fillSearchIndex(
  stand: AuditStand,
  count: number,
  tell: (line: string) => void,
): Promise<Population> {
  const { changes, url } = stand.database;
  // Without the pool's limit on the time of a statement.
  const filler = new Client({ connectionString: url });
  await filler.connect();
  const keys = [stand.record.key ?? '', ...Array.from({ length: KEYS - 1 }, uuidv7)];
  const callers = [stand.record.caller, ...Array.from({ length: CALLERS - 1 }, uuidv7)];
  const [end] = await changes.query<{ projected: string }[]>('select projected from audit_tree where id = 1');
  const first = Number(end?.projected);
  const until = Date.now();
  const since = until - PERIOD_MS;
  const step = PERIOD_MS / count;
  for (let made = 0; made < count; made += AT_ONCE) {
    const range = [first + made, first + Math.min(count, made + AT_ONCE) - 1, new Date(since + made * step)];
    await filler.query(FILL, [...range, keys, callers, stand.record.keyring, step]);
    if ((made / AT_ONCE) % 50 === 0) tell(`${made} of ${count} records can be searched`);
  }
  await filler.query(SPANS, [first]);
  await filler.query('update audit_tree set projected = size where id = 1');
  await filler.query('analyze audit_record');
  await filler.end();
  return { keys, callers, since: new Date(since), until: new Date(until) };
}
