import { algorithmFor } from '../../crypto/algorithms.js';
import { ownBuffer } from '../../crypto/random.js';
import { Secret } from '../../crypto/secret.js';
import { WrappingKey, type MaterialBinding } from '../../keys/material.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { WrappedObject } from '../../keys/wrapped-object.js';
import type { Issuer } from '../../pki/make-certificate.js';
import type { AuthorityRow } from '../../pki/records.js';
import { AUTHORITY_SIGNS, AUTHORITY_SPEC, type SignAsAuthority } from '../../pki/signing.js';
import type { KeyringSecrets } from '../keyring-secrets.js';

/** The authority's new key, wrapped, not written anywhere yet. */
export interface AuthorityKey {
  readonly systemKeyring: string;
  readonly publicKey: Buffer;
  readonly material: Buffer;
  readonly wrapped: readonly WrappedObject[];
  readonly sign: SignAsAuthority;
}

const VERSION = 1;

/** Under a wrapping key of its own, which belongs to no keyring that a request could name. @throws KmsError root-unavailable */
export async function makeAuthorityKey(secrets: KeyringSecrets): Promise<AuthorityKey> {
  const systemKeyring = uuidv7();
  const wrappingSecret = new Secret(ownBuffer(32));
  const { material, publicKey = Buffer.alloc(0) } = await algorithmFor(AUTHORITY_SPEC).generate();
  try {
    const wrapped = await secrets.wrap({ kind: 'wrapping', scopeId: systemKeyring, version: VERSION }, wrappingSecret);
    const binding = bindingOf({ systemKeyring, publicKey });
    return {
      systemKeyring,
      publicKey,
      material: new WrappingKey(VERSION, wrappingSecret).wrapMaterial(material, binding),
      wrapped,
      sign: signerOf(material),
    };
  } finally {
    wrappingSecret.destroy();
    material.destroy();
  }
}

type KeptKey = Pick<AuthorityRow, 'systemKeyring' | 'publicKey' | 'material' | 'trustDomain'>;

/** Who issues: its key is opened for each signature that is asked for. */
export function issuerOf(secrets: KeyringSecrets, authority: KeptKey): Issuer {
  return {
    name: authorityName(authority.trustDomain),
    publicKey: authority.publicKey,
    sign: async (message) => (await openKey(secrets, authority))(message),
  };
}

export function authorityName(trustDomain: string): string {
  return `Keystead ${trustDomain}`;
}

/** @throws KmsError root-unavailable, integrity-failure */
async function openKey(secrets: KeyringSecrets, authority: KeptKey): Promise<SignAsAuthority> {
  const wrapping = await secrets.wrappingKey(authority.systemKeyring, VERSION);
  const material = wrapping.unwrapMaterial(authority.material, bindingOf(authority));
  try {
    return signerOf(material);
  } finally {
    material.destroy();
  }
}

function signerOf(material: Secret): SignAsAuthority {
  const { signer } = algorithmFor(AUTHORITY_SPEC).load(material);
  return async (message) => {
    const signature = await signer?.sign?.(AUTHORITY_SIGNS, { message });
    if (!signature) throw new Error(`a key of spec ${AUTHORITY_SPEC} does not sign`);
    return signature;
  };
}

function bindingOf({ systemKeyring, publicKey }: Pick<AuthorityRow, 'systemKeyring' | 'publicKey'>): MaterialBinding {
  const kind = { spec: AUTHORITY_SPEC, usage: 'sign-verify', exportable: false, origin: 'generated' } as const;
  return { key: { keyringId: systemKeyring, id: systemKeyring, ...kind }, version: VERSION, publicKey };
}
