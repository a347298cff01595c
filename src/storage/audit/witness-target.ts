import type { DataSource } from 'typeorm';
import type { DeliveryTarget } from '../../audit/delivery/delivery-target.js';
import { cosignaturesOn } from '../../audit/verifier/cosignatures-on.js';
import { openCheckpoint } from '../../audit/verifier/open-checkpoint.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import type { Witness } from '../../audit/verifier/witness-policy.js';
import { askWitness } from '../../audit/delivery/ask-witness.js';
import { proverOn } from './log-tiles.js';

/** A witness as a place to which checkpoints are delivered: it co-signs what it is given, and its cosignature is kept with the checkpoint. */
export class WitnessTarget implements DeliveryTarget {
  readonly name: string;

  /** @param log the log's key */
  constructor(
    private readonly witness: Witness & { readonly url: string },
    private readonly database: DataSource,
    private readonly log: VerifierKey,
  ) {
    this.name = `witness ${witness.name}`;
  }

  /** @throws Error that says why there is no cosignature */
  async deliver(text: string): Promise<void> {
    // The blank line that parts notes in a file is none of the note.
    const checkpoint = text.trimEnd().concat('\n');
    const { size } = openCheckpoint(checkpoint, this.log);
    const old = await this.#cosigned();
    if (old >= size) return;
    const answer = await this.#ask(checkpoint, old, size);
    if ('lines' in answer) return this.#keep(checkpoint, size, answer.lines);
    if (answer.old > size) return this.#mustNotBeBehind(answer.old);
    const again = await this.#ask(checkpoint, answer.old, size);
    if (!('lines' in again)) throw new Error('it co-signed another checkpoint meanwhile');
    await this.#keep(checkpoint, size, again.lines);
  }

  async #ask(checkpoint: string, old: number, size: number): ReturnType<typeof askWitness> {
    const proof = await proverOn(this.database).consistency(old, size);
    return askWitness(this.witness.url, { old, proof, checkpoint });
  }

  async #keep(checkpoint: string, size: number, lines: string): Promise<void> {
    const [cosignature] = cosignaturesOn(`${checkpoint}${lines}`, [this.witness.key]);
    if (!cosignature) throw new Error('its answer has no cosignature by the key of the policy');
    const insert = 'insert into audit_cosignature (size, cosigner, line) values ($1, $2, $3) on conflict do nothing';
    await this.database.query(insert, [size, this.#cosigner, cosignature.line]);
  }

  /** Another node may have shown it a larger tree; if there is none, the log lost what the witness saw. */
  async #mustNotBeBehind(seen: number): Promise<void> {
    const [tree] = await this.database.query<{ size: string }[]>('select size from audit_tree where id = 1');
    if (Number(tree?.size) >= seen) return;
    throw new Error(`it co-signed ${seen} records, and the log has ${tree?.size}: an older state was put back`);
  }

  /** Records of the tree that it co-signed last, as far as is known here. */
  async #cosigned(): Promise<number> {
    const [last] = await this.database.query<{ size: string | null }[]>(
      'select max(size) as size from audit_cosignature where cosigner = $1',
      [this.#cosigner],
    );
    return Number(last?.size ?? 0);
  }

  get #cosigner(): string {
    const { name, keyId } = this.witness.key;
    return `${name}+${keyId.toString('hex')}`;
  }
}
