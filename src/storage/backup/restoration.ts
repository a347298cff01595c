import { Pool } from 'pg';
import type { EntityManager } from 'typeorm';
import { checkpointText } from '../../audit/log/checkpoint-text.js';
import type { LogSigner } from '../../audit/log/log-signer.js';
import { NotVerified } from '../../audit/verifier/not-verified.js';
import { readVerifierKey } from '../../audit/verifier/open-note.js';
import { openCheckpoint } from '../../audit/verifier/open-checkpoint.js';
import { isConsistent, type TreeHead } from '../../audit/verifier/verify-proof.js';
import type { KeySnapshot } from '../../keys/records.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { WrappingStore } from '../../keys/wrapped-object.js';
import type { Change, InstallView, SealKeys } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { readTip } from '../audit/log-tables.js';
import { proverOn } from '../audit/log-tiles.js';
import { LogWriter } from '../audit/log-writer.js';
import { Sequencer } from '../audit/sequencer.js';
import { WrittenTree } from '../audit/written-tree.js';
import { openPatientDataSource } from '../data-source.js';
import { databaseFailure } from '../database-failure.js';
import { AliasEntity } from '../entities/alias.entity.js';
import { CampaignEntity } from '../entities/campaign.entity.js';
import { PolicyEntity } from '../entities/policy.entity.js';
import { WrappingKeyEntity } from '../entities/wrapping-key.entity.js';
import { everyKey } from '../ledger/every-key.js';
import { PostgresChange } from '../ledger/postgres-change.js';
import { InstallState, readInstallRows } from '../ledger/read-install.js';
import { KeyReader } from '../ledger/read-key.js';
import { readScope } from '../ledger/read-scope.js';
import { recordedRevision } from '../ledger/recorded-revision.js';
import { ScopeMirror } from '../ledger/scope-mirror.js';
import { allCurrent } from '../ledger/verify-row.js';
import { PostgresWrappingStore } from '../postgres-wrapping-store.js';
import { TableLoader } from './load-tables.js';

/** A database that is being filled from a backup, in one transaction: it is all there in the end, or empty as before. */
export class Restoration {
  readonly wrappings: WrappingStore;

  private constructor(private readonly manager: EntityManager) {
    this.wrappings = new PostgresWrappingStore({ manager });
  }

  /** @param url of the role that owns the schema, which is up to date. @throws KmsError conflict where it is not empty */
  static async into<T>(url: string, work: (restoration: Restoration) => Promise<T>): Promise<T> {
    const dataSource = await openPatientDataSource(url, 1);
    try {
      return await dataSource.transaction('READ COMMITTED', (manager) => work(new Restoration(manager)));
    } catch (error) {
      throw error instanceof NotVerified ? error : databaseFailure(error);
    } finally {
      await dataSource.destroy();
    }
  }

  /** Names of the migrations, in their order. */
  async schema(): Promise<readonly string[]> {
    const rows = await this.manager.query<{ name: string }[]>('select name from migration order by id');
    return rows.map(({ name }) => name);
  }

  async now(): Promise<number> {
    const [row] = await this.manager.query<{ now: Date }[]>('select clock_timestamp() as now');
    return row?.now.getTime() ?? Date.now();
  }

  /**
   * @param other takes the rows of what is no table here
   * @returns how many rows each table got
   */
  async load(
    lines: AsyncIterable<{ readonly table: string } | { readonly row: string }>,
    other: (table: string, row: string) => Promise<void>,
  ): Promise<ReadonlyMap<string, number>> {
    const loader = new TableLoader(this.manager);
    await loader.begin();
    let [table, isOurs] = ['', false];
    for await (const line of lines) {
      if ('table' in line) [table, isOurs] = [line.table, await loader.enter(line.table)];
      else if (isOurs) await loader.add(line.row);
      else await other(table, line.row);
    }
    await loader.finish();
    return loader.loaded;
  }

  /**
   * Gives every record its place, and holds the log against the checkpoint that was signed when the backup was made.
   * @throws KmsError integrity-failure
   */
  async log(checkpoint: string): Promise<TreeHead & { readonly verifierKey: string }> {
    const [origin] = await this.manager.query<{ key: string }[]>(
      'select verifier_key as key from audit_origin order by id desc limit 1',
    );
    const verifierKey = origin?.key ?? '';
    const signer = readVerifierKey(verifierKey);
    await new Sequencer(this.manager, signer, new WrittenTree(signer), refuse).catchUp();
    const tip = await readTip(this.manager);
    const head = { size: tip.size, root: tip.root() };
    const signed = openCheckpoint(checkpoint, signer);
    const proof = signed.size > head.size ? [] : await proverOn(this.manager).consistency(signed.size, head.size);
    if (!isConsistent(signed, head, proof)) throw integrityFailure('the audit log is not the one that was signed');
    return { ...head, verifierKey };
  }

  /** The log goes on under another key. */
  async goOnAs(signer: LogSigner, node: string): Promise<LogWriter> {
    const insert = 'insert into audit_origin (id, verifier_key) select max(id) + 1, $1 from audit_origin';
    await this.manager.query(insert, [signer.verifierKey]);
    // Nothing is sent past this transaction.
    const writer = new LogWriter(new Pool(), signer, node);
    await writer.openIn(this.manager);
    return writer;
  }

  /**
   * The first checkpoint of the key that the log goes on under, over everything that is there: nobody can look any more at who wrote what under the
   * key before.
   */
  async signAs(signer: LogSigner): Promise<void> {
    const key = readVerifierKey(signer.verifierKey);
    await new Sequencer(this.manager, key, new WrittenTree(key), refuse).catchUp();
    const tip = await readTip(this.manager);
    const note = signer.sign(checkpointText(signer.name, tip.size, tip.root()));
    await this.manager.query('insert into audit_checkpoint (size, note) values ($1, $2)', [tip.size, note]);
  }

  /** The install, every row of it verified. @throws KmsError integrity-failure, wrong-root-key */
  async install(seals: SealKeys): Promise<{ readonly mirror: ScopeMirror; readonly view: InstallView }> {
    const mirror = await this.#scope(seals, INSTALL_SCOPE);
    return { mirror, view: new InstallState().advance(mirror, await readInstallRows(this.manager, 0)) };
  }

  /** A keyring, every row of it verified but its keys: see `keys`. @throws KmsError integrity-failure */
  async keyring(seals: SealKeys, keyringId: string): Promise<ScopeMirror> {
    const mirror = await this.#scope(seals, keyringId);
    const { manager } = this;
    allCurrent('alias')(mirror, await manager.findBy(AliasEntity, { keyringId }));
    allCurrent('policy')(mirror, await manager.findBy(PolicyEntity, { keyringId }));
    allCurrent('campaign')(mirror, await manager.findBy(CampaignEntity, { keyringId }));
    allCurrent('wrapping_key')(mirror, await manager.findBy(WrappingKeyEntity, { keyringId }));
    return mirror;
  }

  /** The keys of a keyring, each verified, none missing. @throws KmsError integrity-failure */
  keys(mirror: ScopeMirror): AsyncIterable<KeySnapshot> {
    return everyKey(this.manager, new KeyReader(this.manager.connection), mirror);
  }

  /** One change of a scope, which goes on at `revision`. */
  async change({ mirror, view, revision, log }: RenewedScope, work: (change: Change) => Promise<void>): Promise<void> {
    const change = new PostgresChange(this.manager, view, await this.now(), log);
    change.renew(mirror, revision);
    await work(change);
    await change.finish();
  }

  async #scope(seals: SealKeys, scopeId: string): Promise<ScopeMirror> {
    const mirror = new ScopeMirror(await seals.sealFor(scopeId));
    const { head, changed } = await readScope(this.manager, scopeId, 0);
    if (head && head.revision < (await recordedRevision(this.manager, scopeId))) {
      throw integrityFailure(`the head of scope ${scopeId} is older than an audit record says: it was rolled back`);
    }
    mirror.advance(head, changed, await mirror.elementsOf(changed));
    return mirror;
  }
}

function refuse(what: string): never {
  throw integrityFailure(what);
}

export interface RenewedScope {
  readonly mirror: ScopeMirror;
  readonly view: InstallView;
  readonly revision: number;
  readonly log: LogWriter;
}
