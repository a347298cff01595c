import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { isKeysteadError, type ClientOptions, type KeysteadClient } from '../../src/client/client.js';
import type { Authority } from '../support/authority.js';
import type { Issuer } from '../support/issuer.js';

export const SECRET = Buffer.from('the plaintext that no administrator may see');

/** A keyring with a key, an application that uses it, and what it encrypted. */
export interface Ring {
  readonly name: string;
  readonly app: string;
  readonly ciphertext: Buffer;
}

/** What an administrator has to try it with. */
export interface Stage {
  readonly administrator: KeysteadClient;
  readonly authority: Authority;
  readonly issuer: Issuer;
  readonly open: Ring;
  clientWith(options: Partial<ClientOptions>): KeysteadClient;
  /** A service of the administrator's, with a token of its own. */
  newCaller(name: string, role: string, keyring?: string): Promise<KeysteadClient>;
}

/** What an administrator would try. Each ends with the plaintext, or with what decides on it. */
export const WAYS: readonly (readonly [
  way: string,
  guarded: string,
  attempt: (stage: Stage, ring: Ring) => Promise<unknown>,
])[] = [
  [
    'a token for the application’s caller',
    'credential-of-key-user',
    async (stage, ring) =>
      decryptBy(stage.clientWith({ token: (await stage.administrator.tokens.create(ring.app)).token }), ring),
  ],
  [
    'a certificate for the application’s caller',
    'credential-of-key-user',
    async (stage, ring) => {
      const dns = `${randomUUID()}.example`;
      const { cert, key } = await stage.authority.issue({ dns: [dns] });
      await stage.administrator.credentials.create(ring.app, { kind: 'certificate', match: { dns } });
      return decryptBy(stage.clientWith({ cert, key }), ring);
    },
  ],
  [
    'a new caller bound by himself',
    'use-of-keys',
    async (stage, ring) => decryptBy(await stage.newCaller(`${ring.name}-own`, 'decrypt-only', ring.name), ring),
  ],
  [
    'a custom role, everywhere',
    'use-of-keys',
    async (stage, ring) => {
      const role = `${ring.name}-opener`;
      await stage.administrator.roles.create({ name: role, permissions: ['decrypt'] });
      // Everything is also every keyring under dual control: only for the one that is open, it is bound there.
      return decryptBy(await stage.newCaller(role, role, ring === stage.open ? 'open' : undefined), ring);
    },
  ],
  [
    'a group that a JWT of his own names',
    'use-of-keys',
    async (stage, ring) => {
      const name = `${ring.name}-claimant`;
      await stage.administrator.callers.create({ name, type: 'service' });
      await stage.administrator.credentials.create(name, {
        kind: 'jwt',
        match: { issuer: stage.issuer.url, subject: name },
      });
      await stage.administrator.groups.create({ name, claim: { issuer: stage.issuer.url, value: name } });
      await stage.administrator.bindings.create({ group: name, role: 'decrypt-only', scope: { keyring: ring.name } });
      return decryptBy(stage.clientWith({ token: await stage.issuer.sign({ sub: name, groups: [name] }) }), ring);
    },
  ],
  [
    'a caller of his own in the application’s group',
    'use-of-keys',
    async (stage, ring) => {
      const name = `${ring.name}-member`;
      await stage.administrator.callers.create({ name, type: 'service' });
      const { token } = await stage.administrator.tokens.create(name);
      await stage.administrator.groups.add(`${ring.name}-team`, name);
      return decryptBy(stage.clientWith({ token }), ring);
    },
  ],
  [
    'switching separation off, and a second administrator who binds him',
    'separation-of-duties',
    async (stage, ring) => {
      const puppet = await stage.newCaller(`${ring.name}-puppet`, 'administrator');
      const { id } = await stage.administrator.whoami();
      const bind = async () =>
        puppet.bindings.create({ caller: id, role: 'crypto-user', scope: { keyring: ring.name } });
      expect(await codeOf(bind())).toBe('conflicting-binding');
      await stage.administrator.keyrings.update(ring.name, { separationOfDuties: false });
      await bind();
      return decryptBy(stage.administrator, ring);
    },
  ],
  [
    'changing the approver set',
    'approver-set',
    async (stage, ring) => {
      const { id } = await stage.administrator.callers.create({ name: `${ring.name}-friend`, type: 'person' });
      await stage.administrator.bindings.create({ caller: id, role: 'approver', scope: { keyring: ring.name } });
      return SECRET;
    },
  ],
  [
    'ending dual control',
    'dual-control',
    async (stage, ring) => {
      await stage.administrator.keyrings.update(ring.name, { dualControl: null });
      return SECRET;
    },
  ],
  [
    'a key-admin of his own who exports the key',
    'key-export',
    async (stage, ring) => {
      const exporter = await stage.newCaller(`${ring.name}-exporter`, 'key-admin', ring.name);
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
      const spki = publicKey.export({ type: 'spki', format: 'der' });
      const algorithm = 'rsaes-oaep-sha-256';
      await exporter.with({ keyring: ring.name }).keys.exportMaterial('orders', { publicKey: spki, algorithm });
      return SECRET;
    },
  ],
];

export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (error: unknown) => (isKeysteadError(error) ? error.code : String(error)),
  );
}

export async function decryptBy(client: KeysteadClient, { name, ciphertext }: Ring): Promise<Buffer> {
  return (await client.with({ keyring: name }).decrypt({ ciphertext })).plaintext;
}
