import { NotVerified } from './not-verified.js';
import { openNote, type VerifierKey } from './open-note.js';

/** What the log's key signed: at this size, the tree had this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

const BODY = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n/;

/** https://c2sp.org/tlog-checkpoint. @throws NotVerified */
export function openCheckpoint(note: string, signer: VerifierKey): Checkpoint {
  const [, origin, size, root] = BODY.exec(openNote(note, signer)) ?? [];
  if (origin === undefined || size === undefined || root === undefined) {
    throw new NotVerified('the note is signed, but is no checkpoint');
  }
  if (origin !== signer.name) throw new NotVerified(`the checkpoint is of ${origin}, not of ${signer.name}`);
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}
