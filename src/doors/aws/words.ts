import { hash } from 'node:crypto';
import type { KeyDescription } from '../../operations/keys/describe-key.js';
import { awsKeyId } from '../../keys/multi-region.js';
import { specName, SYMMETRIC } from '../../keys/aws-words.js';

/** The words of AWS for what this service calls otherwise. */
const STATES: Readonly<Record<string, string>> = {
  enabled: 'Enabled',
  disabled: 'Disabled',
  'pre-active': 'Disabled',
  'pending-import': 'PendingImport',
  'pending-destruction': 'PendingDeletion',
};

export function stateName({ state, destroyAt }: Pick<KeyDescription, 'state' | 'destroyAt'>): string {
  // Its time begins when the last of its replicas is gone.
  if (state === 'pending-destruction' && !destroyAt) return 'PendingReplicaDeletion';
  return STATES[state] ?? state;
}

const RSA_SIGNING = ['PSS', 'PKCS1_V1_5'].flatMap((kind) =>
  [256, 384, 512].map((bits) => `RSASSA_${kind}_SHA_${bits}`),
);

/** What a key of this spec and usage can be asked for. @returns the member of its metadata, and the names in it */
export function algorithmsOf(spec: string, usage: string): readonly [member: string, names: readonly string[]] {
  const name = specName(spec);
  switch (usage) {
    case 'encrypt-decrypt':
      return ['EncryptionAlgorithms', name === SYMMETRIC ? [SYMMETRIC] : ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256']];
    case 'sign-verify':
      return ['SigningAlgorithms', SIGNING[name] ?? RSA_SIGNING];
    case 'generate-verify-mac':
      return ['MacAlgorithms', [name.replace('HMAC_', 'HMAC_SHA_')]];
    case 'key-agreement':
      return ['KeyAgreementAlgorithms', ['ECDH']];
    default:
      return ['EncapsulationAlgorithms', ['ML_KEM']];
  }
}

const SIGNING: Readonly<Record<string, readonly string[]>> = {
  ECC_NIST_P256: ['ECDSA_SHA_256'],
  ECC_NIST_P384: ['ECDSA_SHA_384'],
  ECC_NIST_P521: ['ECDSA_SHA_512'],
  ECC_SECG_P256K1: ['ECDSA_SHA_256'],
  ECC_NIST_EDWARDS25519: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'],
  ML_DSA_44: ['ML_DSA_SHAKE_256'],
  ML_DSA_65: ['ML_DSA_SHAKE_256'],
  ML_DSA_87: ['ML_DSA_SHAKE_256'],
};

/** Stands for the material of one version: AWS has 64 hex digits for it, this service a number. */
export function keyMaterialId(keyId: string, version: number): string {
  return hash('sha256', `keystead/aws-key-material-id ${awsKeyId(keyId)} ${version}`);
}

/** Seconds since 1970. */
export function seconds(date: Date): number {
  return date.getTime() / 1000;
}

const ACTIONS_OF: Readonly<Record<string, string>> = {
  encrypt: 'Encrypt',
  decrypt: 'Decrypt',
  're-encrypt': 'ReEncrypt',
  'data-key': 'GenerateDataKey',
  'data-key-pair': 'GenerateDataKeyPair',
  sign: 'Sign',
  verify: 'Verify',
  mac: 'GenerateMac',
  'verify-mac': 'VerifyMac',
  'derive-shared-secret': 'DeriveSharedSecret',
  encapsulate: 'Encapsulate',
  decapsulate: 'Decapsulate',
};

/** What AWS calls a use of a key. */
export function actionOf(operation: string): string {
  return ACTIONS_OF[operation] ?? operation;
}
