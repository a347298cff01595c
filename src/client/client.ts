import { AccessKeys } from './access-keys.js';
import { Access } from './access.js';
import { Aliases } from './aliases.js';
import { Approvals } from './approvals.js';
import { Audit } from './audit.js';
import { BatchCalls } from './batch-calls.js';
import { Bindings } from './bindings.js';
import { Bootstrap } from './bootstrap.js';
import type { RewrapItem, RewrapOptions, RewrapResult } from './campaign-types.js';
import { Campaigns } from './campaigns.js';
import { CachingDataKeys } from './caching-data-keys.js';
import type { Whoami } from './caller-types.js';
import { Callers } from './callers.js';
import { Credentials } from './credentials.js';
import { Certificates } from './certificates.js';
import {
  SENDING,
  sendFor,
  type ClientOptions,
  type DecryptEnvelopeOptions,
  type EncryptStreamOptions,
  type EnvelopeOptions,
} from './client-options.js';
import { collect } from './collect.js';
import { CryptoCalls } from './crypto-calls.js';
import { FreshDataKeys, type DataKeySource } from './data-keys.js';
import { EncryptedFile, type RandomAccessSource } from './encrypted-file.js';
import { decryptFile, encryptFile, type ByteSource } from './file-encryption.js';
import { Groups } from './groups.js';
import { Keyrings } from './keyrings.js';
import { Keys } from './keys.js';
import { Pki } from './pki.js';
import { Policies } from './policies.js';
import type { Health } from './resource-types.js';
import { People } from './people.js';
import { rewrapAll } from './rewrap-all.js';
import { rewrapHeader, type RewrappedHeader } from './rewrap-header.js';
import { Roles } from './roles.js';
import { Root } from './root.js';
import { route } from './route.js';
import { Settings } from './settings.js';
import type { Send } from './send.js';
import { Tokens } from './tokens.js';
import { Transport } from './transport.js';
import { Versions } from './versions.js';
import { Webhooks } from './webhooks.js';

export { LOG_TILE_WIDTH, type AuditLog } from './audit-log.js';
export type { ItemResult } from './batch-calls.js';
export { CachingDataKeys, type DataKeyLimits } from './caching-data-keys.js';
export { makeCertificateRequest, type NewCertificateRequest } from './certificate-request.js';
export type * from './caller-types.js';
export type * from './campaign-types.js';
export type * from './certificate-types.js';
export type { ClientOptions, DecryptEnvelopeOptions, EncryptStreamOptions, EnvelopeOptions } from './client-options.js';
export type * from './crypto-types.js';
export type { DataKeySource, LentDataKey, OpenedDataKey } from './data-keys.js';
export type { EncryptedFile, RandomAccess, RandomAccessSource, ReadableHandle } from './encrypted-file.js';
export type * from './access-key-types.js';
export type * from './approval-types.js';
export type * from './governance-types.js';
export type { EncryptionContext } from './encryption-context.js';
export type { ByteSource } from './file-encryption.js';
export { KeysteadError, isKeysteadError, type ClientErrorCode } from './keystead-error.js';
export type * from './group-types.js';
export type { KeySpec, KeyUsage } from './key-words.js';
export { unwrapMaterial, wrapMaterial } from './material-wrapping.js';
export type { Page, Paging } from './page.js';
export type * from './people.js';
export type * from './audit-settings-types.js';
export type * from './audit-types.js';
export type * from './binding-types.js';
export type * from './policy-types.js';
export type * from './resource-types.js';
export type * from './webhook-types.js';
export type { RewrappedHeader } from './rewrap-header.js';

/**
 * A Keystead server, as one caller sees one keyring. Crypto operations are methods of its own, everything else is grouped
 * (`client.keys`, `client.audit`, …). Every method throws a KeysteadError.
 */
export class KeysteadClient extends CryptoCalls {
  readonly batch: BatchCalls;
  readonly keyrings: Keyrings;
  readonly keys: Keys;
  readonly versions: Versions;
  readonly policies: Policies;
  readonly campaigns: Campaigns;
  readonly aliases: Aliases;
  readonly audit: Audit;
  readonly access: Access;
  readonly callers: Callers;
  readonly groups: Groups;
  readonly tokens: Tokens;
  readonly accessKeys: AccessKeys;
  readonly credentials: Credentials;
  readonly bindings: Bindings;
  readonly roles: Roles;
  readonly webhooks: Webhooks;
  readonly people: People;
  readonly root: Root;
  readonly settings: Settings;
  readonly approvals: Approvals;
  readonly bootstrap: Bootstrap;
  readonly pki: Pki;
  readonly certificates: Certificates;
  readonly #options: ClientOptions;
  readonly #dataKeys: DataKeySource;
  readonly #send: Send;

  /** @param send internal: the connections of a client that this one is made from */
  constructor(options: ClientOptions, send: Send = sendFor(options)) {
    const {
      url,
      token,
      approval,
      keyring = 'default',
      timeoutMs = 30_000,
      retries = 4,
      backoffMs = 100,
      signal,
    } = options;
    const transport = new Transport({ url, token, approval, timeoutMs, retries, backoffMs, signal, send });
    super(transport, keyring);
    this.#options = options;
    this.#send = send;
    this.batch = new BatchCalls(transport, keyring);
    this.keyrings = new Keyrings(transport);
    this.keys = new Keys(transport, keyring);
    this.versions = new Versions(transport, keyring);
    this.policies = new Policies(transport, keyring);
    this.campaigns = new Campaigns(transport, keyring);
    this.aliases = new Aliases(transport, keyring);
    this.audit = new Audit(transport);
    this.access = new Access(transport);
    this.callers = new Callers(transport);
    this.groups = new Groups(transport);
    this.tokens = new Tokens(transport);
    this.accessKeys = new AccessKeys(transport);
    this.credentials = new Credentials(transport);
    this.bindings = new Bindings(transport);
    this.roles = new Roles(transport);
    this.webhooks = new Webhooks(transport);
    this.people = new People(transport);
    this.root = new Root(transport);
    this.settings = new Settings(transport);
    this.approvals = new Approvals(transport);
    this.bootstrap = new Bootstrap(transport);
    this.pki = new Pki(transport);
    this.certificates = new Certificates(transport);
    const fresh = new FreshDataKeys(this);
    this.#dataKeys = options.dataKeyCache === undefined ? fresh : new CachingDataKeys(fresh, options.dataKeyCache);
  }

  /** The same client with other options: another keyring, a signal for some calls. Its data-key cache is its own. */
  with(changes: Partial<ClientOptions>): KeysteadClient {
    const options = { ...this.#options, ...changes };
    const own = SENDING.some((name) => name in changes);
    return own ? new KeysteadClient(options) : new KeysteadClient(options, this.#send);
  }

  async whoami(): Promise<Whoami> {
    return this.transport.call({ method: 'GET', path: '/api/v1/whoami' });
  }

  /** Whether the service is ready to serve, and what it says of its parts. Not being ready is an answer, not an error. */
  async health(): Promise<Health> {
    const { status, body } = await this.transport.answer<Partial<Health> | undefined>({
      method: 'GET',
      path: '/health/ready',
      answers: [503],
    });
    return { ready: status === 200, checks: body?.checks ?? [] };
  }

  /** The public halves of the keyring's published signing keys (RFC 7517). */
  async jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }> {
    const path = route`/.well-known/${this.keyring}/jwks.json`;
    return this.transport.call({ method: 'GET', path });
  }

  /**
   * Envelope encryption of data in memory, any size: a data key of `key` encrypts it here, and travels wrapped in the result.
   * @returns the file format of docs/formats/file.md
   */
  async encryptBuffer(key: string, plaintext: Uint8Array, options: EnvelopeOptions = {}): Promise<Buffer> {
    return collect(this.encryptStream(key, [plaintext], { ...options, bytes: plaintext.length }));
  }

  /** @throws KeysteadError invalid-ciphertext for anything changed, cut short, or bound to another context; not-authentic */
  async decryptBuffer(encrypted: Uint8Array, options: DecryptEnvelopeOptions = {}): Promise<Buffer> {
    return collect(this.decryptStream([encrypted], options));
  }

  /**
   * Envelope encryption in constant memory: `pipeline(input, (s) => client.encryptStream('orders', s), output)`.
   * @returns the file format of docs/formats/file.md, piece by piece
   */
  encryptStream(key: string, source: ByteSource, options: EncryptStreamOptions = {}): AsyncGenerator<Buffer, void> {
    return encryptFile(this.#dataKeys, source, key, options.context ?? {}, options.bytes);
  }

  /** Every piece is authentic, but only the end tells that nothing is missing: keep what you write under another name until then. */
  decryptStream(source: ByteSource, options: DecryptEnvelopeOptions = {}): AsyncGenerator<Buffer, void> {
    return decryptFile(this.#dataKeys, source, options.context ?? {}, options.onUnauthentic);
  }

  /** Random access: the data key is unwrapped once, then any range can be read. */
  async openFile(source: RandomAccessSource, options: DecryptEnvelopeOptions = {}): Promise<EncryptedFile> {
    return EncryptedFile.open(this.#dataKeys, source, options.context ?? {}, options.onUnauthentic);
  }

  /** Plaintext bytes `start` to `end` (exclusive); only the chunks that hold them, and the last one, are read. */
  async decryptRange(
    source: RandomAccessSource,
    start: number,
    end: number,
    options: DecryptEnvelopeOptions = {},
  ): Promise<Buffer> {
    return (await this.openFile(source, options)).read(start, end);
  }

  /**
   * Wraps the data key of an encrypted file anew, under `key`'s primary version. The body stays as it is.
   * @param start the file's first bytes: all of its header at least
   * @returns the old header's length and the new header, to be put in its place
   */
  async rewrapFileHeader(start: Uint8Array, key: string, options: EnvelopeOptions = {}): Promise<RewrappedHeader> {
    return rewrapHeader(this, start, key, options.context ?? {});
  }

  /**
   * Takes part in a campaign with ciphertexts of the application's own inventory:
   * `for await (const { item, outcome, … } of client.rewrapAll(rows, { campaign }))`. Each is moved to the key's primary version in the
   * service, or skipped where that was done before, so the work can be broken off and begun again. The campaign is told of the progress.
   */
  rewrapAll<Item extends RewrapItem>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: RewrapOptions,
  ): AsyncGenerator<RewrapResult<Item>, void> {
    const batchIn = (keyring: string) => this.with({ keyring }).batch;
    return rewrapAll({ campaigns: this.campaigns, batchIn }, items, options);
  }

  /** Zeroes the cached data keys. The client can be used on. */
  forgetDataKeys(): void {
    if (this.#dataKeys instanceof CachingDataKeys) this.#dataKeys.clear();
  }
}
