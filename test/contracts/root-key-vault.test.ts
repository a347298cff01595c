import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import type { RootKey, WrappedByRoot } from '../../src/roots/root-key.js';
import { TransitFixture, tokenOf } from '../support/transit-fixture.js';
import { failure } from './root-key.contract.js';

const context = Buffer.from('keyring:default');
const key = new Secret(randomBytes(32));
const transit = new TransitFixture();

describe('the Transit key of a root', () => {
  it('is never made by a wrap, though the token could', async () => {
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server), 'missing');
    for (const call of [root.wrap(key, context), root.check(), root.newestVersion()]) {
      expect(await failure(call)).toMatchObject({ code: 'wrong-root-key' });
    }
    expect(server.keys.has('missing')).toBe(false);
  });

  it.each([
    ['RSA', { type: 'rsa-4096' }],
    ['AES-128', { type: 'aes128-gcm96' }],
    ['derived', { derived: true }],
  ])('is refused if it is %s', async (_, kind) => {
    const server = await transit.start();
    server.keys.create('unfit', kind);
    const root = await transit.open(server, tokenOf(server), 'unfit');
    expect(await failure(root.wrap(key, context))).toMatchObject({ code: 'invalid-setting' });
    expect(await failure(root.check())).toMatchObject({ code: 'invalid-setting' });
  });

  it('that was deleted, or is below its least version, is said so', async () => {
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server));
    const wrapped = await mustRoundTrip(root);
    await root.rotate();
    server.keys.configure('root', 2);
    const tooOld = await failure(root.unwrap(wrapped, context));
    expect(tooOld).toMatchObject({ code: 'wrong-root-key' });
    expect(tooOld.detail).toContain('min_decryption_version');
    server.keys.delete('root');
    const gone = await failure(root.unwrap(wrapped, context));
    expect(gone).toMatchObject({ code: 'wrong-root-key' });
    expect(gone.detail).toContain('no such Transit key');
  });

  it('refuses what Transit opens but no root wrapped: no context digest, or a short one', async () => {
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server));
    for (const plaintext of [key.bytes, randomBytes(64), randomBytes(63), Buffer.alloc(0)]) {
      const { ciphertext } = server.keys.encrypt('root', plaintext.toString('base64'));
      const planted = { rootId: root.id, rootVersion: 1, blob: Buffer.from(ciphertext) };
      expect(await failure(root.unwrap(planted, context))).toMatchObject({ code: 'wrong-root-key' });
    }
  });

  it('rotates on servers that answer with nothing', async () => {
    const server = await transit.start();
    server.rotateAnswers = 'nothing';
    const root = await transit.open(server, tokenOf(server));
    expect(await root.rotate()).toBe(2);
  });

  it('is found in a mount and a namespace of its own', async () => {
    const server = await transit.start({ mount: 'team/transit', namespace: 'org' });
    const root = await transit.open(server, { ...tokenOf(server), vaultNamespace: 'org' });
    expect(root.id).toBe('vault:org/team/transit/root');
    await mustRoundTrip(root);
    const outside = await transit.open(server, tokenOf(server));
    expect(await failure(outside.check())).toMatchObject({ code: 'wrong-root-key' });
  });
});

async function mustRoundTrip(root: RootKey): Promise<WrappedByRoot> {
  const wrapped = await root.wrap(key, context);
  expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
  return wrapped;
}
