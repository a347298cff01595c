import { verify } from 'node:crypto';
import { NotVerified } from './not-verified.js';
import { splitNote, type VerifierKey } from './open-note.js';

/** A witness says: at this time, this was the largest tree of the log that it had seen, and all that it saw before is in it. */
export interface Cosignature {
  readonly cosigner: VerifierKey;
  /** Seconds since the epoch. */
  readonly time: number;
  /** As it stands in the note. */
  readonly line: string;
}

const TIME_BYTES = 8;

/**
 * The cosignatures on a checkpoint by these keys; those of others are ignored. https://c2sp.org/tlog-cosignature
 * @throws NotVerified where one of them is wrong
 */
export function cosignaturesOn(note: string, cosigners: readonly VerifierKey[]): Cosignature[] {
  const { text, signatures } = splitNote(note);
  return signatures.flatMap(({ name, keyId, signature }) => {
    const cosigner = cosigners.find((one) => one.name === name && one.keyId.equals(keyId));
    if (!cosigner) return [];
    const isWhole = signature.length > TIME_BYTES;
    const time = isWhole ? signature.readBigUInt64BE() : 0n;
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
    if (!isWhole || !verify(null, message, cosigner.key, signature.subarray(TIME_BYTES))) {
      throw new NotVerified(`the cosignature of ${name} is wrong`);
    }
    const line = `\u2014 ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
    return [{ cosigner, time: Number(time), line }];
  });
}
