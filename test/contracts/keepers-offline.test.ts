import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { makeBackup } from '../../src/admin/make-backup.js';
import { rekeyRoot } from '../../src/admin/rekey-root.js';
import { restoreBackup } from '../../src/admin/restore-backup.js';
import type { AskShare } from '../../src/admin/unseal-by-keepers.js';
import { codeOf } from '../support/code-of.js';
import { OfflineInstall } from '../support/offline-install.js';

const identity = await generateX25519Identity();
const nobody = { passphrase: async () => '', share: async () => '' };

it('a root key under shares is opened by its keepers for what works without a server, and by nobody else', async () => {
  const install = await OfflineInstall.make();
  try {
    const { KEYSTEAD_DATA_DIR: directory = '', KEYSTEAD_ROOT_KEY: local = '' } = install.env;
    const path = join(directory, 'shares.key');
    const protection = { kind: 'shares', threshold: 2, shares: 3 } as const;
    const { shares = [] } = await rekeyRoot(local.slice('local:'.length), path, protection, nobody);
    const sealed = { KEYSTEAD_ROOT_KEY: `shamir:${path}` };

    const asked: string[] = [];
    const keepers =
      (...given: readonly (string | undefined)[]): AskShare =>
      async (root, number, threshold) => {
        asked.push(`${root} ${number}/${threshold}`);
        return given[number - 1] ?? '';
      };
    const pieces: Buffer[] = [];
    const recipient = await identityToRecipient(identity);
    const take = async (bytes: AsyncIterable<Buffer>) => {
      for await (const piece of bytes) pieces.push(piece);
    };
    const backUp = (share?: AskShare) => {
      const readers = { recipients: [recipient] };
      const about = { token: install.tokenOf('operator'), approval: undefined, readers, release: '0' };
      return makeBackup({ ...install.env, ...sealed }, { ...about, ...(share && { share }) }, (lines) => lines, take);
    };
    expect(await codeOf(backUp())).toBe('sealed');
    expect(await codeOf(backUp(keepers(shares[0], shares[0])))).toBe('invalid-request');
    expect(pieces).toEqual([]);
    asked.length = 0;
    await backUp(keepers(shares[2], shares[0]));
    expect(asked).toEqual(['KEYSTEAD_ROOT_KEY 1/2', 'KEYSTEAD_ROOT_KEY 2/2']);

    const elsewhere = { ...(await install.elsewhere()), ...sealed };
    const source = { archive: Readable.from(pieces), opener: { identities: [identity] } };
    expect(await codeOf(restoreBackup(elsewhere, source, undefined))).toBe('sealed');
    const report = await restoreBackup(elsewhere, { ...source, share: keepers(shares[1], shares[2]) }, undefined);
    expect(report.origin).toMatch(/\/audit\/2$/);
  } finally {
    await install.remove();
  }
});
