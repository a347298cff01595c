import { createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import * as sdk from '@aws-sdk/client-kms';

export const STATES = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingReplicaDeletion', 'PendingImport'] as const;
export type State = (typeof STATES)[number];

const ROOT = 'arn:aws:iam::000000000001:root';
const ELSEWHERE = 'eu-west-1';
const Message = Buffer.from('a');
const PLAINTEXT = { Plaintext: Message };
const LASTING = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' } as const;
const PEER = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
const SIGNED = { Message, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
const MAC = { Message, MacAlgorithm: 'HMAC_SHA_256' } as const;
const KEM = { EncapsulationAlgorithm: 'ML_KEM' } as const;

const MORE: Readonly<Record<string, object>> = {
  Encrypt: PLAINTEXT,
  GenerateDataKey: { KeySpec: 'AES_256' },
  GenerateDataKeyWithoutPlaintext: { KeySpec: 'AES_256' },
  GenerateDataKeyPair: { KeyPairSpec: 'ECC_NIST_P256' },
  GenerateDataKeyPairWithoutPlaintext: { KeyPairSpec: 'ECC_NIST_P256' },
  Sign: SIGNED,
  GenerateMac: MAC,
  DeriveSharedSecret: { KeyAgreementAlgorithm: 'ECDH', PublicKey: PEER },
  Encapsulate: KEM,
  CreateGrant: { GranteePrincipal: ROOT, Operations: ['Encrypt'] },
  TagResource: { Tags: [{ TagKey: 'a', TagValue: 'b' }] },
  UntagResource: { TagKeys: ['a'] },
  UpdateKeyDescription: { Description: 'a' },
  GetParametersForImport: { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_3072' },
  ReplicateKey: { ReplicaRegion: ELSEWHERE },
  GenerateRandom: { NumberOfBytes: 1 },
};

const SIGNING = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
const MAC_KEY = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' } as const;
const KEM_KEY = { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' } as const;
/** What other key than a symmetric one an operation takes. */
const SPECS: Readonly<Record<string, sdk.CreateKeyCommandInput>> = {
  Sign: SIGNING,
  Verify: SIGNING,
  GetPublicKey: SIGNING,
  GenerateMac: MAC_KEY,
  VerifyMac: MAC_KEY,
  DeriveSharedSecret: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
  Encapsulate: KEM_KEY,
  Decapsulate: KEM_KEY,
};

/** What can only be asked for with what was made while there was material. */
const NEEDS_MATERIAL = new Set(['Decrypt', 'ReEncrypt', 'RevokeGrant', 'RetireGrant', 'UpdatePrimaryRegion']);
const IN_REGIONS = new Set(['ReplicateKey', 'UpdatePrimaryRegion']);

type Command = new (input: object) => sdk.DescribeKeyCommand;
const commands = sdk as unknown as Readonly<Record<string, Command>>;

/** Requests that an operation can be done with, each about a key of its own. */
export class PreparedRequests {
  #aliases = 0;
  constructor(private readonly kms: sdk.KMSClient) {}

  /**
   * @param more  members of the request
   * @param state to which the key is brought when all that the request needs was made
   */
  async prepare(action: string, more: object = {}, state: State = 'Enabled'): Promise<sdk.DescribeKeyCommand> {
    const KeyId = await this.#makeFor(action, state);
    const command = new commands[`${action}Command`]!({ ...(await this.#inputOf(action, KeyId, state)), ...more });
    await this.#bring(KeyId, action, state);
    return command;
  }

  async #makeKey(input: sdk.CreateKeyCommandInput = {}): Promise<string> {
    return (await this.kms.send(new sdk.CreateKeyCommand(input))).KeyMetadata?.KeyId ?? '';
  }

  /** Enabled, so that it can be prepared, or waiting for its first material. */
  async #makeFor(action: string, state: State): Promise<string> {
    const isReplicated = state === 'PendingReplicaDeletion';
    const KeyId = await this.#makeKey({
      ...SPECS[action],
      Origin: state === 'PendingImport' ? 'EXTERNAL' : 'AWS_KMS',
      MultiRegion: isReplicated || IN_REGIONS.has(action),
    });
    if (state === 'PendingImport' && NEEDS_MATERIAL.has(action))
      await this.kms.send(new sdk.ImportKeyMaterialCommand({ KeyId, ...(await this.#materialFor(KeyId)) }));
    if (isReplicated || action === 'UpdatePrimaryRegion')
      await this.kms.send(new sdk.ReplicateKeyCommand({ KeyId, ReplicaRegion: ELSEWHERE }));
    return KeyId;
  }

  async #bring(KeyId: string, action: string, state: State): Promise<void> {
    if (state === 'Disabled') await this.kms.send(new sdk.DisableKeyCommand({ KeyId }));
    if (state.endsWith('Deletion')) await this.kms.send(new sdk.ScheduleKeyDeletionCommand({ KeyId }));
    if (state === 'PendingImport' && NEEDS_MATERIAL.has(action))
      await this.kms.send(new sdk.DeleteImportedKeyMaterialCommand({ KeyId }));
  }

  /** What is asked, made before the key is brought to its state. */
  async #inputOf(action: string, KeyId: string, state: State): Promise<object> {
    const AliasName = `alias/matrix-${++this.#aliases}`;
    const hasMaterial = state !== 'PendingImport';
    switch (action) {
      case 'CreateAlias':
        return { AliasName, TargetKeyId: KeyId };
      case 'UpdateAlias':
        await this.kms.send(new sdk.CreateAliasCommand({ AliasName, TargetKeyId: await this.#makeKey() }));
        return { AliasName, TargetKeyId: KeyId };
      case 'DeleteAlias':
        await this.kms.send(new sdk.CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
        return { AliasName };
      case 'Decrypt':
      case 'ReEncrypt': {
        const { CiphertextBlob } = await this.kms.send(new sdk.EncryptCommand({ KeyId, ...PLAINTEXT }));
        return { CiphertextBlob, ...(action === 'ReEncrypt' ? { DestinationKeyId: await this.#makeKey() } : {}) };
      }
      case 'Verify': {
        const made = hasMaterial
          ? await this.kms.send(new sdk.SignCommand({ KeyId, ...SIGNED }))
          : { Signature: Message };
        return { KeyId, ...SIGNED, Signature: made.Signature };
      }
      case 'VerifyMac': {
        const made = hasMaterial
          ? await this.kms.send(new sdk.GenerateMacCommand({ KeyId, ...MAC }))
          : { Mac: Message };
        return { KeyId, ...MAC, Mac: made.Mac };
      }
      case 'Decapsulate': {
        const made = hasMaterial ? await this.kms.send(new sdk.EncapsulateCommand({ KeyId, ...KEM })) : undefined;
        return { KeyId, ...KEM, SharedSecretCiphertextBlob: made?.SharedSecretCiphertextBlob ?? Buffer.alloc(768) };
      }
      case 'RevokeGrant':
      case 'RetireGrant': {
        const input = { KeyId, GranteePrincipal: ROOT, Operations: ['Encrypt' as const] };
        return { KeyId, GrantId: (await this.kms.send(new sdk.CreateGrantCommand(input))).GrantId };
      }
      case 'UpdatePrimaryRegion':
        return { KeyId, PrimaryRegion: ELSEWHERE };
      case 'ImportKeyMaterial':
        return { KeyId, ...(await this.#materialFor(KeyId)) };
      case 'PutKeyPolicy':
        return { KeyId, Policy: (await this.kms.send(new sdk.GetKeyPolicyCommand({ KeyId }))).Policy };
      default:
        return { KeyId, ...MORE[action] };
    }
  }

  /** Wrapped to a key of its own, where it can be asked for one. */
  async #materialFor(KeyId: string) {
    const asked = { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const;
    const made = await this.kms.send(new sdk.GetParametersForImportCommand(asked)).catch(() => undefined);
    if (!made?.PublicKey) return { ImportToken: Message, EncryptedKeyMaterial: Message, ...LASTING };
    const key = createPublicKey({ key: Buffer.from(made.PublicKey), format: 'der', type: 'spki' });
    const EncryptedKeyMaterial = publicEncrypt({ key, oaepHash: 'sha256' }, randomBytes(32));
    return { ImportToken: made.ImportToken, EncryptedKeyMaterial, ...LASTING };
  }
}
