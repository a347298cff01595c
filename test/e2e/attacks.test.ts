import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, Server, type ApiAnswer, type Tokens } from '../support/server.js';

const RING = '/api/v1/keyrings/default';
const KEYS = `${RING}/keys`;
const SECRET = Buffer.from('planted: four thousand seven hundred and eleven');

let server: Server;
let tokens: Tokens;
/** Tokens of callers that have less than the usual ones. */
let few: {
  readonly ofOther: string;
  readonly keyAdminOfOther: string;
  readonly adminOfOther: string;
  readonly oneKey: string;
};

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
  await done(tokens.admin, 'POST', '/api/v1/keyrings', { name: 'other' });
  await done(tokens.keyAdmin, 'POST', KEYS, { name: 'orders' });
  await done(tokens.keyAdmin, 'POST', KEYS, { name: 'second' });
  few = {
    ofOther: await newCaller('of-other', 'crypto-user', { keyring: 'other' }),
    keyAdminOfOther: await newCaller('key-admin-of-other', 'key-admin', { keyring: 'other' }),
    adminOfOther: await newCaller('admin-of-other', 'administrator', { keyring: 'other' }),
    oneKey: await newCaller('one-key', 'crypto-user', { keyring: 'default', key: 'second' }),
  };
  await done(few.keyAdminOfOther, 'POST', '/api/v1/keyrings/other/keys', { name: 'orders' });
});
afterAll(async () => server.remove());

const ask = (token: string | undefined, method: string, path: string, body?: unknown) =>
  call(server, token, method, path, body);

async function done(token: string, method: string, path: string, body?: unknown) {
  const answer = await ask(token, method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function newCaller(name: string, role: string, scope: object): Promise<string> {
  await done(tokens.admin, 'POST', '/api/v1/callers', { name, type: 'service' });
  await done(tokens.admin, 'POST', '/api/v1/bindings', { caller: name, role, scope });
  return (await done(tokens.admin, 'POST', `/api/v1/callers/${name}/tokens`, {})).token;
}

const encrypt = async (token: string, path: string, context?: object): Promise<string> =>
  (await done(token, 'POST', `${path}/encrypt`, { plaintext: SECRET.toString('base64'), ...(context && { context }) }))
    .ciphertext;

const encryptNothing = () => ask(tokens.app, 'POST', `${KEYS}/orders/encrypt`, { plaintext: '' });

/** Status and code: all that an attacker may learn of a refusal. */
const seen = ({ status, body }: ApiAnswer): string => `${status} ${String(body.code)}`;

describe('a ciphertext', () => {
  it('opens in no other keyring, for no other caller, by no other key', async () => {
    const context = { order: '17' };
    const ciphertext = await encrypt(tokens.app, `${KEYS}/orders`, context);
    const own = await done(tokens.app, 'GET', `${KEYS}/orders`);
    const refusals: readonly (readonly [string, string, string])[] = [
      [few.ofOther, `${RING}/decrypt`, '403 permission-denied'],
      [few.ofOther, '/api/v1/keyrings/other/decrypt', '400 invalid-ciphertext'],
      [few.ofOther, `/api/v1/keyrings/other/keys/${own.id}/decrypt`, '404 key-not-found'],
      [few.ofOther, '/api/v1/keyrings/other/keys/orders/decrypt', '400 invalid-ciphertext'],
      [few.ofOther, '/api/v1/keyrings/other/keys/orders/re-encrypt', '400 invalid-ciphertext'],
      [few.oneKey, `${RING}/decrypt`, '403 permission-denied'],
      [few.oneKey, `${KEYS}/second/decrypt`, '400 invalid-ciphertext'],
      [few.oneKey, `${KEYS}/second/re-encrypt`, '403 permission-denied'],
      [tokens.admin, `${RING}/decrypt`, '403 permission-denied'],
      [tokens.keyAdmin, `${RING}/decrypt`, '403 permission-denied'],
      [tokens.auditor, `${RING}/decrypt`, '403 permission-denied'],
    ];
    for (const [token, path, refusal] of refusals) {
      expect([path, seen(await ask(token, 'POST', path, { ciphertext, context }))]).toEqual([path, refusal]);
    }
  });

  it('gets through in no batch either', async () => {
    const [own, foreign] = [await encrypt(few.oneKey, `${KEYS}/second`), await encrypt(tokens.app, `${KEYS}/orders`)];
    const items = [{ ciphertext: own }, { ciphertext: foreign }, { ciphertext: own }];
    const answer = await done(few.oneKey, 'POST', `${RING}/decrypt`, { items });
    expect(answer.items.map((item: { error?: { code: string } }) => item.error?.code ?? 'opened')).toEqual([
      'opened',
      'permission-denied',
      'opened',
    ]);
  });

  it('does not open with any of its bytes changed, and always says the same', async () => {
    const { ciphertext } = await done(tokens.app, 'POST', `${KEYS}/orders/data-key`, { plaintext: false });
    const bytes = Buffer.from(ciphertext, 'base64');
    const changed = Array.from(bytes, (_byte, at) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 0x81;
      return copy.toString('base64');
    });
    const byKey = await done(tokens.app, 'POST', `${KEYS}/orders/decrypt`, {
      items: changed.map((text) => ({ ciphertext: text })),
    });
    expect(new Set(byKey.items.map((item: object) => JSON.stringify(item))).size).toBe(1);
    expect(byKey.items[0]).toMatchObject({ error: { code: 'invalid-ciphertext' } });
  });

  it('may name a version that no key can have', async () => {
    const bytes = Buffer.from(await encrypt(tokens.app, `${KEYS}/orders`), 'base64');
    for (const version of [0, 2, 2 ** 31, 2 ** 32 - 1]) {
      bytes.writeUInt32BE(version, 22);
      for (const path of [`${RING}/decrypt`, `${KEYS}/orders/decrypt`]) {
        const answer = await ask(tokens.app, 'POST', path, { ciphertext: bytes.toString('base64') });
        expect([version, seen(answer)]).toEqual([version, '400 invalid-ciphertext']);
      }
    }
  });
});

describe('what exists is not told to who may not know:', () => {
  it('keys', async () => {
    const paths = [`${KEYS}/orders`, `${KEYS}/nothing`, `${KEYS}/orders/public-key`, `${KEYS}/nothing/public-key`];
    for (const path of paths) expect(seen(await ask(few.oneKey, 'GET', path))).toBe('403 permission-denied');
  });

  it('keyrings', async () => {
    for (const name of ['default', 'nothing']) {
      const binding = { caller: 'one-key', role: 'crypto-user', scope: { keyring: name } };
      const answers = [
        await ask(few.adminOfOther, 'GET', `/api/v1/keyrings/${name}`),
        await ask(few.adminOfOther, 'GET', `/api/v1/bindings?keyring=${name}`),
        await ask(few.adminOfOther, 'POST', '/api/v1/bindings', binding),
        await ask(few.adminOfOther, 'POST', `/api/v1/keyrings/${name}/rewrap`),
        await ask(few.ofOther, 'POST', `/api/v1/keyrings/${name}/keys/orders/encrypt`, { plaintext: '' }),
      ];
      expect(answers.map(seen)).toEqual(Array.from(answers, () => '403 permission-denied'));
      expect((await ask(undefined, 'GET', `/.well-known/${name}/jwks.json`)).body).toEqual({ keys: [] });
    }
  });

  it('an administrator of one keyring reaches nobody beyond it', async () => {
    const everything = { caller: 'of-other', role: 'crypto-user', scope: { everything: true } };
    const itself = { caller: 'admin-of-other', role: 'crypto-user', scope: { keyring: 'other' } };
    const answers = [
      await ask(few.adminOfOther, 'POST', '/api/v1/bindings', everything),
      await ask(few.adminOfOther, 'POST', '/api/v1/bindings', itself),
      await ask(few.adminOfOther, 'POST', '/api/v1/callers/of-other/tokens', {}),
      await ask(few.adminOfOther, 'POST', '/api/v1/keyrings', { name: 'mine' }),
      await ask(few.adminOfOther, 'GET', '/api/v1/callers'),
    ];
    expect(answers.map(seen)).toEqual(Array.from(answers, () => '403 permission-denied'));
  });

  it('what is another’s: idempotency keys, import tokens, tokens', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const mine = await call(server, tokens.keyAdmin, 'POST', KEYS, { name: 'once' }, headers);
    const theirs = await call(
      server,
      few.keyAdminOfOther,
      'POST',
      '/api/v1/keyrings/other/keys',
      { name: 'once' },
      headers,
    );
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.id).not.toBe(mine.body.id);

    const imported = { spec: 'aes-256-gcm', origin: 'imported' };
    const [one, two] = [
      await done(tokens.keyAdmin, 'POST', KEYS, imported),
      await done(tokens.keyAdmin, 'POST', KEYS, imported),
    ];
    const { importToken } = await done(tokens.keyAdmin, 'POST', `${KEYS}/${one.id}/import-parameters`, {
      algorithm: 'rsaes-oaep-sha-256',
    });
    const onOther = await ask(tokens.keyAdmin, 'POST', `${KEYS}/${two.id}/import`, {
      importToken,
      wrappedMaterial: 'AAAA',
    });
    expect(seen(onOther)).toBe('400 invalid-import-token');

    const { items } = await done(tokens.admin, 'GET', '/api/v1/callers/one-key/tokens');
    const [{ id }] = items;
    for (const path of [`app/tokens/${id}`, `one-key/tokens/${id}%2Fx`]) {
      expect(seen(await ask(tokens.admin, 'DELETE', `/api/v1/callers/${path}`))).toBe('404 credential-not-found');
    }
  });
});

describe('one caller', () => {
  it('cannot make the records of others fail by what no text can hold', async () => {
    const odd = ['\0', '\u{D800}', `${'x'.repeat(63)}\u{1F600}`].map((name) =>
      JSON.stringify({ plaintext: '', [name]: 1 }),
    );
    const shots = [
      ...odd.map((body) => () => ask(tokens.app, 'POST', `${KEYS}/orders/encrypt`, body)),
      () => ask(tokens.app, 'POST', `${KEYS}/orders/encrypt`, { plaintext: '', context: { 'a\0': '' } }),
      () => ask(tokens.app, 'POST', `${KEYS}/%00/encrypt`, { plaintext: '' }),
      () => ask(tokens.app, 'GET', `${RING}/aliases?cursor=AAAA`),
      () => ask(undefined, 'GET', '/.well-known/%00/jwks.json'),
    ];
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => [...shots.map((shoot) => shoot()), encryptNothing()]).flat(),
    );
    const perRound = shots.length + 1;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
    const honestOnes = answers.filter((_answer, index) => index % perRound === perRound - 1);
    expect(new Set(honestOnes.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('gets no huge answer for a small question', async () => {
    const items = Array.from({ length: 10_000 }, () => ({ bytes: 65_536 }));
    expect(seen(await ask(tokens.app, 'POST', '/api/v1/random', { items }))).toBe('413 payload-too-large');
  });

  it('does not keep the service busy when it has gone', async () => {
    const items = Array.from({ length: 10_000 }, () => ({ spec: 'rsa-2048' }));
    let record: { readonly detail: { readonly failed: number } } | undefined;
    // On a busy machine the request may not have arrived when it is broken off: then it is sent again, and given longer.
    for (const waitMs of [1000, 4000, 16_000]) {
      if (record) break;
      const gone = AbortSignal.timeout(waitMs);
      const request = fetch(`${server.url}${KEYS}/orders/data-key-pair`, {
        method: 'POST',
        signal: gone,
        headers: { authorization: `Bearer ${tokens.app}`, 'content-type': 'application/json' },
        body: JSON.stringify({ items }),
      });
      await expect(request).rejects.toThrow('aborted');
      for (let tries = 0; tries < 100 && !record; tries++) {
        await sleep(100);
        const found = await done(tokens.auditor, 'GET', '/api/v1/audit/records?operation=data-key-pair&limit=1');
        // On record, so over: ten thousand of these keys take an hour.
        if (found.items[0]?.detail.items === items.length) record = found.items[0];
      }
    }
    expect(record?.detail.failed).toBeGreaterThan(9000);
  });

  it('leaves /health/live answering while it signs ten thousand times', async () => {
    await done(tokens.keyAdmin, 'POST', KEYS, { name: 'signer', spec: 'ecc-p256', usage: 'sign-verify' });
    const items = Array.from({ length: 10_000 }, () => ({ message: '' }));
    const state = { over: false, answered: 0 };
    const batch = done(tokens.app, 'POST', `${KEYS}/signer/sign`, { items }).finally(() => (state.over = true));
    while (!state.over) {
      expect((await ask(undefined, 'GET', '/health/live')).status).toBe(200);
      state.answered += 1;
    }
    expect((await batch).items.every((item: { signature?: string }) => item.signature !== undefined)).toBe(true);
    expect(state.answered).toBeGreaterThan(5);
  });
});

describe('in the end', () => {
  it('nothing that was planted is in what the server wrote or in the audit records', async () => {
    await encrypt(tokens.app, `${KEYS}/orders`, { planted: 'value of a context' });
    const records = JSON.stringify(await done(tokens.auditor, 'GET', '/api/v1/audit/records?limit=1000'));
    const secrets = [SECRET.toString(), SECRET.toString('base64'), 'value of a context', ...Object.values(tokens)];
    for (const secret of [...secrets, ...Object.values(few)]) {
      expect(records).not.toContain(secret);
      expect(server.output).not.toContain(secret);
    }
  });

  it('the server has not complained of itself', () => {
    expect(server.output.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  });
});
