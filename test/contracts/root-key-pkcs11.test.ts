import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createRootKeyInToken } from '../../src/admin/create-root-key.js';
import { Secret } from '../../src/crypto/secret.js';
import { CKA, CKM } from '../../src/roots/pkcs11/cryptoki.js';
import { CryptokiProcess } from '../../src/roots/pkcs11/cryptoki-process.js';
import { newKeyId } from '../../src/roots/pkcs11/key-id.js';
import { openRootKey } from '../../src/roots/providers.js';
import type { RootKey } from '../../src/roots/root-key.js';
import { RootRefusal } from '../../src/roots/root-refusal.js';
import { PIN, SoftHsm } from '../support/soft-hsm.js';
import { until } from '../support/until.js';
import { failure, rootKeyContract } from './root-key.contract.js';

const { missing } = SoftHsm;
if (missing !== undefined) process.stderr.write(`skipped: the root keys of pkcs11:, ${missing}\n`);
const withHsm = missing === undefined ? describe : describe.skip;
const hsm = new SoftHsm();
const context = Buffer.from('a context');

let made = 0;
const opened: RootKey[] = [];
const newToken = () => {
  const label = `test-${process.pid}-${++made}`;
  hsm.token(label);
  return label;
};
const open = async (uri: string, pin = PIN) => {
  const root = await openRootKey(uri, { dataDir: '/', pkcs11Pin: new Secret(Buffer.from(pin)) });
  opened.push(root);
  return root;
};
const make = async (uri: string) => {
  await createRootKeyInToken(uri, PIN);
  return open(uri);
};
afterEach(async () => {
  for (const root of opened.splice(0)) await root.close();
});

/** Takes the token out of its slot. @returns what puts it back */
async function takeOut(label: string): Promise<() => Promise<void>> {
  const folder = hsm.folder(label);
  const away = join(tmpdir(), `keystead-away-${basename(folder)}`);
  await rename(folder, away);
  return () => rename(away, folder);
}

withHsm('a root key in an HSM', () => {
  // One token for all of the contract: a key under another label is another root.
  let token: string | undefined;
  rootKeyContract('pkcs11', async () => {
    const label = (token ??= newToken());
    const uri = hsm.uri(label, `root-${++made}`);
    const root = await make(uri);
    return {
      root,
      reopen: () => open(uri),
      other: () => make(hsm.uri(label, `root-${++made}`)),
      takeAway: async () => {
        await takeOut(label);
        token = undefined;
      },
      dispose: () => root.close(),
    };
  });

  it('is logged in to again after its token was out, or its library has crashed', async () => {
    const label = newToken();
    const root = await make(hsm.uri(label));
    const key = new Secret(randomBytes(32));
    const wrapped = await root.wrap(key, context);
    const putBack = await takeOut(label);
    expect(await failure(root.unwrap(wrapped, context))).toMatchObject({ code: 'root-unavailable' });
    await putBack();
    expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);

    const [library] = await libraryProcesses(1);
    process.kill(library ?? 0, 'SIGKILL');
    expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
  });

  it('keeps the settings of the service, and what they hold, from the library', async () => {
    const added = {
      KEYSTEAD_DATABASE_URL: 'postgres://keystead:planted@127.0.0.1/keystead',
      VENDOR_CONF: '/etc/vendor',
    };
    Object.assign(process.env, added);
    const root = await make(hsm.uri(newToken()));
    await root.check();
    for (const name of Object.keys(added)) delete process.env[name];
    const [library] = await libraryProcesses(1);
    const environment = readFileSync(`/proc/${library}/environ`, 'latin1');
    expect(environment).toContain('VENDOR_CONF=/etc/vendor');
    expect(environment).not.toMatch(/KEYSTEAD_|planted/);
  });

  it('does not try a wrong PIN twice, which would lock the token', async () => {
    const uri = hsm.uri(newToken());
    await createRootKeyInToken(uri, PIN);
    const root = await open(uri, 'another-pin');
    const first = await failure(root.check());
    expect(first).toBeInstanceOf(RootRefusal);
    expect(first.detail).toContain('the PIN is wrong');
    expect(first.detail).not.toContain('another-pin');
    await libraryProcesses(0);
    expect(await failure(root.check())).toBe(first);
    expect(runningLibraries()).toEqual([]);
  });

  it('is never made on the fly, nor twice, nor taken if it may leave its token', async () => {
    const label = newToken();
    const uri = hsm.uri(label);
    expect(await failure((await open(uri)).check())).toMatchObject({ code: 'wrong-root-key' });
    await createRootKeyInToken(uri, PIN);
    expect(await failure(createRootKeyInToken(uri, PIN))).toMatchObject({ code: 'conflict' });
    await addExtractableKey(label);
    const refused = await failure((await open(uri)).check());
    expect(refused).toMatchObject({ code: 'wrong-root-key', detail: expect.stringContaining('may leave its token') });
  });

  it('wants to be told which, where two tokens have one name', async () => {
    const label = newToken();
    hsm.token(label);
    const refused = await failure((await open(hsm.uri(label))).check());
    expect(refused).toMatchObject({ code: 'wrong-root-key', detail: expect.stringContaining('serial=') });
  });

  it('says what to do where the library is missing', async () => {
    const root = await open('pkcs11:token=t;object=o?module-path=/nothing/here.so');
    expect(await failure(root.check())).toMatchObject({ code: 'invalid-setting' });
  });
});

describe('the URI of a root key in an HSM', () => {
  it.each([
    ['pkcs11:token=t;object=o', 'module-path'],
    ['pkcs11:token=t;object=o?module-path=relative.so', 'module-path'],
    ['pkcs11:object=o?module-path=/x.so', 'token or serial'],
    ['pkcs11:token=t?module-path=/x.so', 'object'],
    ['pkcs11:token=t;object=o?module-path=/x.so&pin-value=8461', 'KEYSTEAD_PKCS11_PIN'],
    ['pkcs11:token=t;object=o;slot=1?module-path=/x.so', 'slot'],
    ['pkcs11:token=t;object?module-path=/x.so', 'name=value'],
    ['pkcs11:token=%zz;object=o?module-path=/x.so', 'percent'],
  ])('%s is refused', async (uri, words) => {
    const refused = await failure(open(uri));
    expect(refused).toMatchObject({ code: 'invalid-setting', detail: expect.stringContaining(words) });
    expect(refused.detail).not.toContain('8461');
  });

  it('names the root by its token and label, not by a path', async () => {
    const root = await open('pkcs11:token=my%20token;object=a%2Fb?module-path=/usr/lib/x.so');
    expect(root.id).toBe('pkcs11:my%20token/a%2Fb');
  });

  it('needs a PIN', async () => {
    const without = openRootKey('pkcs11:token=t;object=o?module-path=/x.so', { dataDir: '/' });
    expect(await failure(without)).toMatchObject({ code: 'invalid-setting' });
  });
});

/** Those of this process, when they are as many: one that is killed is there for a moment longer. */
async function libraryProcesses(count: number): Promise<number[]> {
  await until(() => runningLibraries().length === count);
  return runningLibraries();
}

function runningLibraries(): number[] {
  return readdirSync('/proc').filter(isLibrary).map(Number);
}

/** @param pid or another name in /proc */
function isLibrary(pid: string): boolean {
  try {
    const parent = / (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) \w/, ''))?.[1];
    return parent === String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(hsm.module);
  } catch {
    return false;
  }
}

async function addExtractableKey(label: string): Promise<void> {
  const library = new CryptokiProcess(hsm.module);
  for (const slot of await library.call<Buffer[]>('C_GetSlotList', true)) {
    const info = await library.call<{ label: string }>('C_GetTokenInfo', slot);
    if (info.label.trimEnd() !== label) continue;
    const session = await library.call<Buffer>('C_OpenSession', slot, 6);
    await library.call('C_Login', session, 1, PIN);
    await library.call('C_GenerateKey', session, { mechanism: CKM.AES_KEY_GEN }, [
      { type: CKA.LABEL, value: 'root' },
      { type: CKA.ID, value: newKeyId(7) },
      { type: CKA.VALUE_LEN, value: 32 },
      { type: CKA.TOKEN, value: true },
      { type: CKA.EXTRACTABLE, value: true },
    ]);
  }
  library.end();
}
