import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as sdk from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { awsClient } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';

const TABLES = ['key', 'credential', 'keyring'] as const;
const REPLICA = 'eu-west-1';
const KEYS = ['primary', 'replica', 'single'] as const;
type Which = (typeof KEYS)[number];

const GRANT = {
  id: 'a'.repeat(64),
  name: null,
  grantee: 'arn:aws:iam::000000000001:user/app',
  retiring: null,
  operations: ['Decrypt'],
  constraints: null,
  issuedBy: 'arn:aws:iam::000000000001:root',
  createdAt: new Date().toISOString(),
};
const POLICY = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }] };

/** Asks slower than refusals before the authentication are folded: 50 in 10 s are on record one by one. */
async function until<T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    await sleep(250);
  }
  throw new Error('it did not come to that');
}

/** @returns the name of the error, if any */
const use = (client: sdk.KMSClient, KeyId?: string) => async () =>
  client.send(new sdk.EncryptCommand({ KeyId, Plaintext: Buffer.from('a') })).then(
    () => 'done',
    ({ name }: Error) => name,
  );

/** Somebody with all rights on the database changes what authorises at the AWS KMS door. */
export function tamperingSuite(server: () => Server): void {
  describe('rows changed by SQL', () => {
    let sql: Client;
    let kms: sdk.KMSClient;
    let there: sdk.KMSClient;
    let attempts: Readonly<Record<Which, () => Promise<unknown>>>;

    beforeAll(async () => {
      kms = await awsClient(server());
      there = await awsClient(server(), undefined, REPLICA);
      const [primary, single] = await Promise.all(
        ['primary', 'single'].map(async (Description) => {
          const input = { Description, MultiRegion: Description === 'primary' };
          return (await kms.send(new sdk.CreateKeyCommand(input))).KeyMetadata?.KeyId ?? '';
        }),
      );
      const input = { KeyId: primary, ReplicaRegion: REPLICA, Description: 'replica' };
      await kms.send(new sdk.ReplicateKeyCommand(input));
      attempts = { primary: use(kms, primary), replica: use(there, primary), single: use(kms, single) };
      sql = new Client({ host: join(server().dataDir, 'postgres', 'run'), user: 'keystead', database: 'keystead' });
      await sql.connect();
      for (const table of TABLES) await sql.query(`create table kept_${table} as select * from ${table}`);
    });
    afterAll(async () => {
      for (const table of TABLES) await sql.query(`drop table kept_${table}`);
      await sql.end();
      kms.destroy();
      there.destroy();
    });

    it.each<[string, string, readonly Which[]]>([
      [
        'a key that was related to a multi-Region key',
        `update key set (lineage_id, multi_region) = (select lineage_id, multi_region from key where description = 'primary')
         where description = 'single'`,
        ['single'],
      ],
      [
        'a primary and its replica that changed places',
        `update key set multi_region = jsonb_build_object('primary', multi_region->'replicas'->0,
           'replicas', jsonb_build_array(multi_region->'primary')) where description in ('primary', 'replica')`,
        ['primary', 'replica'],
      ],
      ['a replica that stands alone', `update key set multi_region = null where description = 'replica'`, ['replica']],
      [
        'a grant that nobody made',
        `update key set grants = '${JSON.stringify([GRANT])}' where description = 'single'`,
        ['single'],
      ],
      [
        'a key policy that nobody put',
        `update key set key_policy = '${JSON.stringify(POLICY)}' where description = 'replica'`,
        ['replica'],
      ],
      [
        'an access key that was made another account’s',
        `update credential set access_key = jsonb_set(access_key, '{accountId}', '"000000000002"') where access_key is not null`,
        KEYS,
      ],
      [
        'a token that was made a root principal’s access key',
        `update credential set access_key = (select access_key from credential where access_key is not null limit 1)
         where id = (select id from credential where access_key is null limit 1)`,
        KEYS,
      ],
      [
        'a keyring that was made another account’s',
        `update keyring set aws_account = jsonb_set(aws_account, '{accountId}', '"000000000002"') where aws_account is not null`,
        KEYS,
      ],
    ])('%s: nothing is done with it', async (_, statement, refused) => {
      await sql.query(statement);
      for (const which of refused)
        expect(await until(attempts[which], (told) => told !== 'done')).toBe('KMSInternalException');
      for (const table of TABLES)
        await sql.query(`delete from ${table}; insert into ${table} select * from kept_${table}`);
      for (const which of KEYS) await until(attempts[which], (told) => told === 'done');
    });
  });
}
