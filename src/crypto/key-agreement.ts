import { diffieHellman, type KeyObject } from 'node:crypto';
import { KmsError } from '../errors.js';
import type { AgreementKey } from './algorithm.js';
import { Secret } from './secret.js';
import { bytesFromWorker, RefusedByFunction } from './worker-pool.js';

/** @param readPeer SPKI DER → a public key on the same curve; throws otherwise */
export function agreementKey(
  privateKey: KeyObject,
  readPeer: (spki: Buffer) => KeyObject,
  how: {
    /** Whether one agreement is short enough for the event loop. */
    readonly quick: boolean;
    /** For X25519, where zero comes of a point of small order (RFC 7748 6.1). On the NIST curves it is a point like others. */
    readonly refuseZero: boolean;
  },
): AgreementKey {
  return {
    agree: async (peerPublicKey) => {
      const pair = { privateKey, publicKey: peerOrRefusal(readPeer, peerPublicKey) };
      const shared = how.quick ? agreeHere(pair) : await agreeInWorker(pair);
      if (shared === undefined || (how.refuseZero && shared.every((byte) => byte === 0))) throw badPeer();
      return new Secret(shared);
    },
  };
}

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };

function agreeHere(pair: Pair): Buffer | undefined {
  try {
    return diffieHellman(pair);
  } catch {
    return undefined;
  }
}

async function agreeInWorker(pair: Pair): Promise<Buffer | undefined> {
  try {
    return await bytesFromWorker({ module: 'node:crypto', path: ['diffieHellman'], args: [pair] });
  } catch (error) {
    if (error instanceof RefusedByFunction) return undefined;
    throw error;
  }
}

function peerOrRefusal(readPeer: (spki: Buffer) => KeyObject, spki: Buffer): KeyObject {
  try {
    return readPeer(spki);
  } catch {
    throw badPeer();
  }
}

function badPeer(): KmsError {
  return new KmsError('invalid-request', "The peer's public key must be a valid point on the curve of this key.");
}
