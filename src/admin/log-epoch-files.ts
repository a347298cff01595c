import { rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { NoteKey } from '../audit/log/note-key.js';
import type { Config } from '../config/config.js';
import { createSignerFile, openSignerFile } from './open-log-signer.js';

/** Where a node keeps what speaks for the log, and what it said last. */
export interface LogFiles {
  readonly signer: string;
  readonly checkpoint: string;
}

export function logFiles(config: Config): LogFiles {
  const { KEYSTEAD_DATA_DIR: directory, KEYSTEAD_AUDIT_SIGNER: signer = 'audit-signer.json' } = config;
  return { signer: resolve(directory, signer), checkpoint: resolve(directory, 'audit-checkpoint') };
}

/** The key of the next epoch, which is there already when this was interrupted. */
export async function makeNextSigner({ signer }: LogFiles, origin: string): Promise<NoteKey> {
  return createSignerFile(nextOf(signer), origin);
}

/**
 * Puts the next epoch's key in place of the one before, if the database has gone over to it; both old files stay, under their epoch's name.
 * Whatever interrupts it, it goes on at the next start.
 */
export async function enterNextEpoch({ signer, checkpoint }: LogFiles, current: string | undefined): Promise<void> {
  const next = nextOf(signer);
  if (!(await exists(next)) || (await openSignerFile(next)).verifierKey !== current) return;
  const before = (await exists(signer)) ? (await openSignerFile(signer)).name.split('/').at(-1) : undefined;
  if (before !== undefined && (await exists(checkpoint))) await rename(checkpoint, `${checkpoint}.${before}`);
  if (before !== undefined) await rename(signer, `${signer}.${before}`);
  await rename(next, signer);
}

/** Of the epoch that this node signs; undefined where there is no key. @throws KmsError invalid-setting */
export async function signerIn({ signer }: LogFiles): Promise<NoteKey | undefined> {
  return (await exists(signer)) ? openSignerFile(signer) : undefined;
}

/** The key of an epoch that no database has gone over to. */
export async function discardNextSigner({ signer }: LogFiles): Promise<void> {
  await rm(nextOf(signer), { force: true });
}

function nextOf(signer: string): string {
  return `${signer}.next`;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
