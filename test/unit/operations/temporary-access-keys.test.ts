import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { createAccessKey, type CreateAccessKeyInput } from '../../../src/operations/access/create-access-key.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { updateKeyring } from '../../../src/operations/keyrings/update-keyring.js';
import { codeOf } from '../../support/code-of.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import { signRequest } from '../../support/sign-request.js';

const HEADERS = { host: 'localhost', 'x-amz-target': 'TrentService.ListKeys' };
const HOUR = 3_600_000;

it('a temporary access key is good for a while, and with its own session token alone', async () => {
  const bed = await makeMemoryBed();
  const admin = await bed.arriveAs('administrator');
  const accountId = '000000000001';
  await bed.kms.change(updateKeyring, { keyring: 'default', awsAccount: { accountId, region: 'us-east-1' } }, admin);
  const caller = (await bed.kms.change(createCaller, { name: 'signer', type: 'service' }, admin)).output.id;
  const make = async (input: Partial<CreateAccessKeyInput>) => {
    const { secretAccessKey = '', ...made } = (
      await bed.kms.change(createAccessKey, { caller, accountId, ...input }, admin)
    ).output;
    return { ...made, secretAccessKey };
  };
  const arrive = async (key: Awaited<ReturnType<typeof make>>, sessionToken?: string) => {
    const asked = { headers: HEADERS, body: '{}', at: new Date(bed.clock.now()) };
    const request = await signRequest({ ...asked, ...(sessionToken === undefined ? {} : { sessionToken }) }, key);
    const presented = { kind: 'signature', request, service: 'kms' } as const;
    return bed.kms.arrive({ door: 'aws', source: '192.0.2.1', requestId: randomUUID(), presented });
  };
  const reason = async () =>
    (await bed.deps.journal.query({ operation: 'authenticate', outcome: 'denied', limit: 1 }))[0]?.detail['reason'];

  const { sessionToken = '', ...key } = await make({ temporary: true });
  expect(key.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  expect(key.expiresAt).toEqual(new Date(bed.clock.now() + HOUR));
  expect(await arrive(key, sessionToken)).toMatchObject({ caller: { id: caller } });
  const other = await make({ temporary: true });
  const lasting = await make({});
  for (const [signer, token] of [
    [key, undefined],
    [key, `${sessionToken}a`],
    [key, other.sessionToken],
    [lasting, sessionToken],
  ] as const) {
    expect(await codeOf(arrive(signer, token))).toBe('unauthenticated');
    expect(await reason()).toBe('unknown-session');
  }
  expect(JSON.stringify(await bed.deps.journal.query({ limit: 100 })).includes(sessionToken)).toBe(false);
  bed.clock.advance(HOUR);
  expect(await codeOf(arrive(key, sessionToken))).toBe('unauthenticated');
  expect(await reason()).toBe('ended-session');
  expect(await codeOf(make({ temporary: true, expiresIn: 200_000 }))).toBe('invalid-request');
});
