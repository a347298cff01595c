import { KmsError } from '../../errors.js';
import { CKA, CKF, CKK_AES, CKM, CKO_SECRET_KEY, CKU_USER, type Attribute, type Handle } from './cryptoki.js';
import { CryptokiProcess } from './cryptoki-process.js';
import type { Pkcs11Address } from './pkcs11-uri.js';

/** A key of the token, by its CKA_ID. */
export interface TokenKey {
  readonly id: Buffer;
  readonly handle: Handle;
  /** CKA_EXTRACTABLE: it may leave the token. */
  readonly extractable: boolean;
}

interface TokenInfo {
  readonly label: string;
  readonly serialNumber: string;
}

const AT_ONCE = 64;

/** The user's session with one token, for one call after the other. Every method throws CryptokiFailure; once one did, the session may be over. */
export class TokenSession {
  private constructor(
    private readonly library: CryptokiProcess,
    private readonly slot: Handle,
    private readonly session: Handle,
    private readonly object: string,
  ) {}

  /** @throws CryptokiFailure; KmsError root-unavailable, wrong-root-key: there is no such token, or there are several */
  static async open(address: Pkcs11Address, pin: string): Promise<TokenSession> {
    const library = new CryptokiProcess(address.modulePath);
    try {
      const slot = await slotOf(library, address);
      const session = await library.call<Handle>('C_OpenSession', slot, CKF.SERIAL_SESSION);
      await library.call('C_Login', session, CKU_USER, pin);
      return new TokenSession(library, slot, session, address.object);
    } catch (error) {
      library.end();
      throw error;
    }
  }

  /** Every AES key under the label. */
  async keys(): Promise<TokenKey[]> {
    const wanted: Attribute[] = [
      { type: CKA.CLASS, value: CKO_SECRET_KEY },
      { type: CKA.KEY_TYPE, value: CKK_AES },
      { type: CKA.LABEL, value: this.object },
    ];
    await this.#call('C_FindObjectsInit', wanted);
    const handles: Handle[] = [];
    try {
      for (;;) {
        const found = await this.#call<Handle[]>('C_FindObjects', AT_ONCE);
        handles.push(...found);
        if (found.length < AT_ONCE) break;
      }
    } finally {
      await this.#call('C_FindObjectsFinal');
    }
    const keys: TokenKey[] = [];
    for (const handle of handles) keys.push(await this.#describe(handle));
    return keys;
  }

  async #describe(handle: Handle): Promise<TokenKey> {
    const asked = [{ type: CKA.ID }, { type: CKA.EXTRACTABLE }];
    const [id, extractable] = await this.#call<Attribute[]>('C_GetAttributeValue', handle, asked);
    return { handle, id: bytesOf(id), extractable: bytesOf(extractable)[0] !== 0 };
  }

  /** An AES-256 key that never leaves the token. */
  async generate(id: Buffer): Promise<void> {
    const writing = await this.library.call<Handle>('C_OpenSession', this.slot, CKF.SERIAL_SESSION | CKF.RW_SESSION);
    try {
      await this.library.call('C_GenerateKey', writing, { mechanism: CKM.AES_KEY_GEN }, [
        { type: CKA.CLASS, value: CKO_SECRET_KEY },
        { type: CKA.KEY_TYPE, value: CKK_AES },
        { type: CKA.VALUE_LEN, value: 32 },
        { type: CKA.LABEL, value: this.object },
        { type: CKA.ID, value: id },
        ...[CKA.TOKEN, CKA.PRIVATE, CKA.SENSITIVE, CKA.ENCRYPT, CKA.DECRYPT].map((type) => ({ type, value: true })),
        ...[CKA.EXTRACTABLE, CKA.WRAP, CKA.UNWRAP].map((type) => ({ type, value: false })),
      ]);
    } finally {
      await this.library.call('C_CloseSession', writing).catch(() => undefined);
    }
  }

  async encrypt(key: TokenKey, mechanism: object, plaintext: Buffer): Promise<Buffer> {
    await this.#call('C_EncryptInit', mechanism, key.handle);
    return this.#call('C_Encrypt', plaintext, Buffer.alloc(plaintext.length + 16));
  }

  async decrypt(key: TokenKey, mechanism: object, sealed: Buffer): Promise<Buffer> {
    await this.#call('C_DecryptInit', mechanism, key.handle);
    return this.#call('C_Decrypt', sealed, Buffer.alloc(sealed.length));
  }

  /** Whether the token is still there: some libraries find nothing, instead of failing, when it is not. */
  async isThere(): Promise<boolean> {
    return this.library.call<TokenInfo>('C_GetTokenInfo', this.slot).then(
      () => true,
      () => false,
    );
  }

  end(): void {
    this.library.end();
  }

  #call<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.library.call(method, this.session, ...args);
  }
}

async function slotOf(library: CryptokiProcess, { token, serial }: Pkcs11Address): Promise<Handle> {
  const found: Handle[] = [];
  for (const slot of await library.call<Handle[]>('C_GetSlotList', true)) {
    const info = await library.call<TokenInfo>('C_GetTokenInfo', slot);
    if (token !== undefined && info.label.trimEnd() !== token) continue;
    if (serial !== undefined && info.serialNumber.trimEnd() !== serial) continue;
    found.push(slot);
  }
  const [slot] = found;
  if (found.length > 1) {
    throw new KmsError('wrong-root-key', 'Several tokens answer to the root key URI. Add serial=… to it');
  }
  if (!slot)
    throw new KmsError('root-unavailable', 'The HSM has no such token now. Put it back, or correct the root key URI');
  return slot;
}

function bytesOf(attribute: Attribute | undefined): Buffer {
  return Buffer.isBuffer(attribute?.value) ? attribute.value : Buffer.alloc(0);
}
