import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeysteadClient, type RewrapResult } from '../../src/client/client.js';
import { makeInventory, type Row } from '../support/inventory.js';
import { call, Server, type Tokens } from '../support/server.js';

let server: Server;
let tokens: Tokens;
let admin: KeysteadClient;
let app: KeysteadClient;
let auditor: KeysteadClient;

beforeAll(async () => {
  server = await Server.start({ env: { KEYSTEAD_TEST_CLOCK: '1' } });
  tokens = await server.tokens();
  const as = (token: string) => new KeysteadClient({ url: server.url, token });
  [admin, app, auditor] = [as(tokens.keyAdmin), as(tokens.app), as(tokens.auditor)];
});
afterAll(() => server.remove());

const advance = (by: string) => call(server, tokens.admin, 'POST', '/api/v1/test/clock', { advance: by });

const inventory = (rows: number) => makeInventory(admin, app, rows);

async function outcomes(results: AsyncIterable<RewrapResult<Row>>, rows: Map<string, Row>): Promise<string[]> {
  const seen = [];
  for await (const result of results) {
    seen.push(result.outcome);
    if (result.outcome === 'rewrapped') {
      rows.set(result.item.id, { ...result.item, ciphertext: result.ciphertext });
    }
  }
  return seen;
}

const times = (count: number, word: string) => Array.from({ length: count }, () => word);

describe('rewrapAll', () => {
  it('moves an inventory, is broken off, goes on where it was, and the campaign closes once nobody needs the old version', async () => {
    const { key, campaign, rows } = await inventory(25);
    const stored = new Map(rows.map((row) => [row.id, row]));
    let taken = 0;
    for await (const result of app.rewrapAll(stored.values(), { campaign, batch: 5 })) {
      if (result.outcome === 'rewrapped') {
        stored.set(result.item.id, { ...result.item, ciphertext: result.ciphertext });
      }
      if (++taken === 12) break;
    }
    expect(await app.campaigns.get(campaign)).toMatchObject({ rewrapped: 12, skipped: 0, failed: 0, state: 'open' });

    const second = await outcomes(app.rewrapAll(stored.values(), { campaign, batch: 5 }), stored);
    expect(second).toEqual([...times(12, 'skipped'), ...times(13, 'rewrapped')]);
    expect(await outcomes(app.rewrapAll(stored.values(), { campaign }), stored)).toEqual(times(25, 'skipped'));
    const progress = await app.campaigns.get(campaign);
    expect(progress).toMatchObject({ rewrapped: 25, skipped: 37, failed: 0, reportedBy: expect.any(String) });
    expect(progress.traffic.underOld).toBeGreaterThanOrEqual(25);

    for (const { id, ciphertext, context } of stored.values()) {
      const opened = await app.decrypt({ ciphertext, context });
      expect([opened.version, opened.plaintext.toString()]).toEqual([2, `card ${id}`]);
    }
    expect((await app.campaigns.get(campaign)).traffic.oldShare).toBeLessThan(1);

    expect((await advance('6d')).body).toMatchObject({ campaigns: 0, failed: 0 });
    await app.decrypt({ ciphertext: rows[0]?.ciphertext ?? Buffer.alloc(0), context: { order: '0' } });
    expect((await advance('2d')).body).toMatchObject({ campaigns: 0 });
    expect((await advance('6d')).body).toMatchObject({ campaigns: 1, failed: 0 });
    expect(await app.campaigns.get(campaign)).toMatchObject({ state: 'closed', endedBy: 'system:rotation' });
    const { items } = await auditor.audit.records({ key, operation: 'campaign.close' });
    expect(items).toMatchObject([{ caller: 'system:rotation', detail: { campaign, rule: 'quiet' } }]);
    await expect(outcomes(app.rewrapAll(rows, { campaign }), stored)).rejects.toMatchObject({
      code: 'invalid-transition',
    });
  });

  it('launders nothing: what was not made by the key stays what it is, and the others are moved', async () => {
    const { campaign, rows } = await inventory(3);
    const other = await inventory(1);
    const [first, second, third] = rows;
    if (!first || !second || !third) throw new Error('too few rows');
    const forged = Buffer.from(first.ciphertext);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    const given: Row[] = [
      { ...first, ciphertext: forged },
      { ...second, context: { order: 'another' } },
      { ...first, ciphertext: Buffer.from('no ciphertext at all') },
      ...other.rows,
      third,
    ];
    const seen = [];
    for await (const result of app.rewrapAll(given, { campaign })) {
      seen.push(result.outcome === 'failed' ? result.error.code : result.outcome);
    }
    expect(seen).toEqual([...times(4, 'invalid-ciphertext'), 'rewrapped']);
    expect(await app.campaigns.get(campaign)).toMatchObject({ rewrapped: 1, failed: 4 });
  });

  it('needs decrypt.compromised where the version is compromised, and says that nothing is authentic', async () => {
    const { id: key } = await admin.keys.create({});
    await admin.policies.setForKey(key, { revoke: { compromised: 'decrypt-only', campaign: true } });
    const { ciphertext } = await app.encrypt(key, { plaintext: Buffer.from('card') });
    await admin.versions.revoke(key, 1, 'compromised');
    const [campaign] = (await app.campaigns.list({ key })).items;
    if (!campaign) throw new Error('the revocation started no campaign');
    expect(campaign).toMatchObject({ from: [1], to: 2, state: 'open', quiet: '30d' });
    const errors = [];
    for await (const result of app.rewrapAll([{ ciphertext }], { campaign: campaign.id })) {
      errors.push(result.outcome === 'failed' && result.error.code);
    }
    expect(errors).toEqual(['version-revoked']);

    const operator = new KeysteadClient({ url: server.url, token: tokens.admin });
    const permissions = [
      'encrypt',
      'decrypt',
      're-encrypt',
      'decrypt.compromised',
      'campaign.describe',
      'campaign.report',
    ];
    await operator.roles.create({ name: 'rescuer', permissions });
    const { id: caller } = await operator.callers.create({ name: 'rescue', type: 'service' });
    await operator.bindings.create({ caller, role: 'rescuer', scope: { everything: true } });
    const { token } = await operator.tokens.create(caller, {});
    const rescuer = new KeysteadClient({ url: server.url, token });
    for await (const result of rescuer.rewrapAll([{ ciphertext }], { campaign: campaign.id })) {
      expect(result).toMatchObject({ outcome: 'rewrapped', version: 2, authentic: false });
    }
    const { items } = await auditor.audit.records({ key, operation: 're-encrypt', outcome: 'success' });
    expect(items).toMatchObject([{ detail: { authentic: false } }]);
    expect(await app.campaigns.get(campaign.id)).toMatchObject({ rewrapped: 1, failed: 1 });
  });

  it('shows nothing of a campaign to whoever has no right on its key', async () => {
    const { campaign } = await inventory(0);
    const operator = new KeysteadClient({ url: server.url, token: tokens.admin });
    const { id: keyring } = await operator.keyrings.create({ name: 'elsewhere' });
    const { id: caller } = await operator.callers.create({ name: 'stranger', type: 'service' });
    await operator.bindings.create({ caller, role: 'crypto-user', scope: { keyring } });
    const { token } = await operator.tokens.create(caller, {});
    const stranger = new KeysteadClient({ url: server.url, token });
    const counts = { rewrapped: 1, skipped: 0, failed: 0 };
    const refused = { code: 'campaign-not-found' };
    await expect(stranger.campaigns.get(campaign)).rejects.toMatchObject(refused);
    await expect(stranger.campaigns.report(campaign, counts)).rejects.toMatchObject(refused);
    await expect(stranger.campaigns.close(campaign)).rejects.toMatchObject({ code: 'permission-denied' });
    expect((await stranger.campaigns.list()).items).toEqual([]);
    await expect(stranger.campaigns.list({ keyring: 'default' })).rejects.toMatchObject({ code: 'permission-denied' });
  });

  it('goes on although the campaign cannot be told of it', async () => {
    const { campaign, rows } = await inventory(2);
    const errors: unknown[] = [];
    const results = app.rewrapAll(rows, { campaign, onReportError: (error) => errors.push(error) });
    expect((await results.next()).value).toMatchObject({ outcome: 'rewrapped' });
    await admin.campaigns.cancel(campaign);
    expect((await results.next()).value).toMatchObject({ outcome: 'rewrapped' });
    expect((await results.next()).done).toBe(true);
    expect(errors).toMatchObject([{ code: 'invalid-transition' }]);
  });
});
