import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isKeysteadError, KeysteadClient } from '../../src/client/client.js';
import type { PrivateServer } from '../private-server.js';
import { tellAuditTrail } from './audit-trail.js';
import { digestOf, flipByte, generateFile, MiB, putHeader, readStart } from './files.js';
import { decryptToFile, encryptToFile } from './file-jobs.js';
import { tellPolicy } from './policy.js';
import type { Narrator } from './narrator.js';

export interface Scene {
  readonly narrator: Narrator;
  readonly server: PrivateServer;
  /** A directory for files. */
  readonly place: string;
  /** What is encrypted, beside a large file that is generated. */
  readonly file: string;
}

const KEY = 'orders';
const LARGE = 64 * MiB;
const CONTEXT = { tenant: 'acme', purpose: 'demo' };

/** The story. @throws Error at the first thing that is not as it should be */
export async function tell({ narrator, server, place, file }: Scene): Promise<void> {
  const tokens = await server.tokens();
  const as = (token: string) => new KeysteadClient({ url: server.url, token });
  const [keyAdmin, app, auditor] = [as(tokens.keyAdmin), as(tokens.app), as(tokens.auditor)];
  const bound = { context: CONTEXT };
  const at = (name: string) => join(place, name);
  const large = { plain: at('large'), encrypted: at('large.ks'), again: at('large.again') };

  narrator.title('A key, and two files under it');
  const key = await narrator.step(`make the key ${KEY}, as the key administrator`, () =>
    keyAdmin.keys.create({ name: KEY }),
  );
  narrator.check(`${key.spec}, ${key.state}, version ${key.primaryVersion}`, key.primaryVersion === 1);
  const text = await readFile(file);
  const first = await narrator.step(`encrypt ${basename(file)} (${text.length} bytes), as an application`, () =>
    app.encryptBuffer(KEY, text, bound),
  );
  const original = await narrator.step(`generate a file of ${LARGE / MiB} MiB`, () => generateFile(large.plain, LARGE));
  await narrator.step('encrypt it as a stream, in constant memory: only its data key meets the server', () =>
    encryptToFile(app, KEY, large.plain, large.encrypted, bound),
  );
  const wrapped = (await readStart(large.encrypted)).includes(original.subarray(0, 16));
  narrator.check('no 16 bytes of it begin like the plaintext', !wrapped);

  narrator.title('Rotation: new data under a new version, old data still opens');
  const rotated = await narrator.step('rotate', () => keyAdmin.keys.rotate(KEY));
  narrator.check(`version ${rotated.primaryVersion} is primary`, rotated.primaryVersion === 2);
  const second = await narrator.step(`encrypt ${basename(file)} again`, () => app.encryptBuffer(KEY, text, bound));
  const opened = await narrator.step('decrypt both', () =>
    Promise.all([first, second].map((encrypted) => app.decryptBuffer(encrypted, bound))),
  );
  narrator.check(
    'the same bytes, from version 1 and from version 2',
    opened.every((each) => each.equals(text)),
  );
  await narrator.step(`decrypt the ${LARGE / MiB} MiB of version 1`, () =>
    decryptToFile(app, large.encrypted, large.again, bound),
  );
  narrator.check('SHA-256 is that of the original', original.equals(await digestOf(large.again)));

  narrator.title('Rewrap: the large file moves to version 2, and its body is not touched');
  const start = await readStart(large.encrypted);
  const rewrapped = await narrator.step('re-encrypt its data key inside the server', () =>
    app.rewrapFileHeader(start, KEY, bound),
  );
  await narrator.step(`put the new header in its place: ${rewrapped.header.length} of ${LARGE} bytes`, () =>
    putHeader(large.encrypted, rewrapped.oldBytes, rewrapped.header),
  );
  await narrator.step('retire version 1', () => keyAdmin.versions.retire(KEY, 1));
  await mustBeRefused(narrator, `${basename(file)} of version 1 is refused`, 'version-retired', () =>
    app.decryptBuffer(first, bound),
  );
  await narrator.step('decrypt the large file', () => decryptToFile(app, large.encrypted, large.again, bound));
  narrator.check('SHA-256 is that of the original', original.equals(await digestOf(large.again)));

  narrator.title('Forgery: one bit in one byte');
  for (const [where, at] of [
    ['the wrapped data key', rewrapped.oldBytes - 1],
    ['the last chunk', second.length - 1],
  ] as const) {
    await mustBeRefused(narrator, `a changed byte in ${where} is refused`, 'invalid-ciphertext', () =>
      app.decryptBuffer(flipByte(second, at), bound),
    );
  }
  await mustBeRefused(narrator, "another tenant's context is refused", 'invalid-ciphertext', () =>
    app.decryptBuffer(second, { context: { ...CONTEXT, tenant: 'other' } }),
  );

  narrator.title('What the log says, as the auditor reads it');
  await tellAuditTrail(narrator, auditor, key.id);

  narrator.title('A policy: nobody rotates, retires and destroys by hand');
  await tellPolicy(narrator, server, { keyAdmin, app, auditor });
}

async function mustBeRefused(
  narrator: Narrator,
  what: string,
  code: string,
  attempt: () => Promise<unknown>,
): Promise<void> {
  const refusal = await attempt().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isKeysteadError(refusal)) throw refusal ?? new Error(`not refused: ${what}`);
  narrator.check(`${what}: ${refusal.message}`, refusal.code === code);
}
