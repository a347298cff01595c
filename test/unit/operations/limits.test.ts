import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CRYPTO_OPERATIONS, OPERATIONS } from '../../../src/access/permissions.js';
import { OidcIssuers } from '../../../src/access/oidc/oidc-issuers.js';
import { KEY_SPECS } from '../../../src/crypto/key-spec.js';
import { isKmsError } from '../../../src/errors.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { sign } from '../../../src/operations/crypto/sign.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import { costOf, extraCostOf, HIGHEST_COST } from '../../../src/operations/limits/cost-of.js';
import { Limits, STANDARD_LIMITS, type LimitSettings } from '../../../src/operations/limits/limits.js';
import { sourceKey } from '../../../src/operations/limits/source-key.js';
import { TokenBuckets } from '../../../src/operations/limits/token-buckets.js';
import { readConfig } from '../../../src/config/config.js';
import { codeOf } from '../../support/code-of.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

describe('a token bucket', () => {
  let now = 0;
  const clock = () => now;

  it('lets a burst pass, then its rate', () => {
    const buckets = new TokenBuckets(10, 5, clock);
    expect(Array.from({ length: 6 }, () => buckets.spend('a', 1))).toEqual([0, 0, 0, 0, 0, 0.1]);
    expect(buckets.spend('b', 1)).toBe(0);
    now += 100;
    expect([buckets.spend('a', 1), buckets.spend('a', 1)]).toEqual([0, 0.1]);
    now += 1_000_000;
    expect(buckets.spend('a', 5)).toBe(0);
    expect(buckets.spend('a', 1)).toBeGreaterThan(0);
  });

  it('lets what is larger than itself pass when it is full, and waits for the debt', () => {
    const buckets = new TokenBuckets(10, 10, clock);
    expect(buckets.spend('a', 50)).toBe(0);
    now += 4000;
    expect(buckets.spend('a', 1)).toBeCloseTo(0.1);
    now += 100;
    expect(buckets.spend('a', 1)).toBe(0);
  });

  it('does not grow with the number of keys', () => {
    const buckets = new TokenBuckets(1, 1, clock);
    for (let key = 0; key < 60_000; key++) buckets.spend(String(key), 1);
    expect(buckets.size).toBe(50_000);
    expect(buckets.spend('59999', 1)).toBe(1);
    expect(buckets.spend('0', 1)).toBe(0);
  });
});

describe('the standard limits', () => {
  it('never bind a caller below 20,000 requests a second, whatever it asks for', () => {
    // A data key pair is wrapped by a symmetric key, which adds nothing.
    const withKey = CRYPTO_OPERATIONS.filter((name) => name !== 'data-key-pair');
    const ofKeys = withKey.flatMap((name) => KEY_SPECS.map((spec) => costOf(name) + extraCostOf(name, spec)));
    const dearest = Math.max(...OPERATIONS.map(costOf), ...ofKeys);
    expect(dearest).toBe(HIGHEST_COST);
    expect(STANDARD_LIMITS.callerCost / HIGHEST_COST).toBeGreaterThanOrEqual(20_000);
    expect(STANDARD_LIMITS.sourceRequests).toBeGreaterThanOrEqual(20_000);
    const config = readConfig({});
    expect({
      callerCost: config.KEYSTEAD_CALLER_COST_PER_SECOND,
      sourceRequests: config.KEYSTEAD_SOURCE_REQUESTS_PER_SECOND,
      sourceFailures: config.KEYSTEAD_SOURCE_FAILURES_PER_SECOND,
    }).toEqual(STANDARD_LIMITS);
  });

  it('weigh an RSA signature more than its verification, and that more than a block of AES', () => {
    expect(extraCostOf('sign', 'rsa-4096')).toBeGreaterThan(extraCostOf('sign', 'rsa-2048'));
    expect(extraCostOf('sign', 'rsa-2048')).toBeGreaterThan(extraCostOf('verify', 'rsa-2048'));
    expect(extraCostOf('verify', 'rsa-4096')).toBeGreaterThan(extraCostOf('encrypt', 'aes-256-xaes'));
    expect(extraCostOf('key.describe', 'rsa-4096')).toBe(0);
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [null, 'unknown'],
])('%s counts as the source %s', (address, key) => {
  expect(sourceKey(address)).toBe(key);
});

describe('whoever asks for too much', () => {
  let bed: TestBed;
  afterEach(() => bed.dispose());

  /** The clock stands still: nothing flows in. */
  async function start(settings: Partial<LimitSettings>): Promise<void> {
    bed = await makeMemoryBed(new OidcIssuers([]), new Limits({ ...STANDARD_LIMITS, ...settings }, () => 0));
  }
  const arrive = (source: string, token: string) =>
    bed.kms.arrive({ door: 'test', source, requestId: randomUUID(), presented: { kind: 'token', token } });

  it('is refused with the seconds to wait, and others are not', async () => {
    await start({ callerCost: 3 });
    const [greedy, modest] = [await bed.arriveAs('auditor'), await bed.arriveAs('auditor')];
    for (let at = 0; at < 3; at++) await bed.kms.perform(whoami, {}, greedy);
    const refused = await bed.kms.perform(whoami, {}, greedy).catch((error: unknown) => error);
    expect(isKmsError(refused, 'too-many-requests')).toBe(true);
    expect(refused).toMatchObject({ retryAfter: 1 });
    expect(await bed.kms.perform(whoami, {}, modest)).toMatchObject({ id: modest.caller.id });
    const records = await bed.deps.journal.query({ caller: greedy.caller.id, outcome: 'error', limit: 9 });
    expect(records).toMatchObject([{ operation: 'whoami', code: 'too-many-requests' }]);
  });

  it('pays for each item of a batch', async () => {
    await start({ callerCost: 10 });
    const caller = await bed.arriveAs('auditor');
    expect(
      await bed.kms.performBatch(
        whoami,
        Array.from({ length: 9 }, () => ({})),
        caller,
      ),
    ).toHaveLength(9);
    expect(await codeOf(bed.kms.performBatch(whoami, [{}, {}], caller))).toBe('too-many-requests');
    expect(await bed.kms.performBatch(whoami, [{}], caller)).toHaveLength(1);
  });

  it('pays for the key that it uses', async () => {
    await start({ callerCost: HIGHEST_COST });
    const keyAdmin = await bed.arriveAs('key-admin');
    const otherAdmin = await bed.arriveAs('key-admin');
    const signer = await bed.arriveAs('crypto-user');
    const make = async (spec: 'ed25519' | 'rsa-2048', by = keyAdmin) =>
      (await bed.kms.change(createKey, { keyring: 'default', spec, usage: 'sign-verify' }, by)).output.id;
    const [cheap, dear] = [await make('ed25519'), await make('rsa-2048', otherAdmin)];
    expect(await codeOf(make('ed25519'))).toBe('too-many-requests');
    const signWith = (key: string) =>
      bed.kms.perform(
        sign,
        { keyring: 'default', key, message: Buffer.from('a'), algorithm: algorithmOf(key) },
        signer,
      );
    const algorithmOf = (key: string) => (key === cheap ? 'ed25519' : 'rsassa-pss-sha-256');
    for (let at = 0; at < 12; at++) await signWith(dear);
    expect(await codeOf(signWith(dear))).toBe('too-many-requests');
    await signWith(cheap);
  });

  it('is refused by its address before its token is looked at', async () => {
    await start({ sourceRequests: 3 });
    for (let at = 0; at < 3; at++) expect(await codeOf(arrive('192.0.2.9', 'kst_x'))).toBe('unauthenticated');
    expect(await codeOf(arrive('192.0.2.9', 'kst_x'))).toBe('too-many-requests');
    expect(await codeOf(arrive('::ffff:192.0.2.9', 'kst_x'))).toBe('too-many-requests');
    expect(await codeOf(arrive('192.0.2.10', 'kst_x'))).toBe('unauthenticated');
  });

  it('by failing to authenticate is told to wait, while who succeeds from there comes in', async () => {
    await start({ sourceFailures: 1 });
    for (let at = 0; at < 10; at++) expect(await codeOf(arrive('127.0.0.1', 'kst_x'))).toBe('unauthenticated');
    expect(await codeOf(arrive('127.0.0.1', 'kst_x'))).toBe('too-many-requests');
    expect((await bed.arriveAs('auditor')).source).toBe('127.0.0.1');
    const [record] = await bed.deps.journal.query({ operation: 'authenticate', limit: 1 });
    expect(record).toMatchObject({ code: 'too-many-requests', detail: { reason: 'malformed' } });
  });
});
