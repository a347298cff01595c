import { NotVerified } from './not-verified.js';
import { COSIGNS, readVerifierKey, type VerifierKey } from './open-note.js';

/** Somebody apart from the service who co-signs checkpoints that go on from those it saw before. */
export interface Witness {
  /** In the policy. */
  readonly name: string;
  readonly key: VerifierKey;
  /** Where it is asked. */
  readonly url?: string;
}

/** Whether what these co-signed together is enough. */
type Rule = (cosigners: ReadonlySet<VerifierKey>) => boolean;

const NONE = 'none';

/** Which logs are known, and whose cosignatures a checkpoint needs: https://c2sp.org/tlog-policy */
export class WitnessPolicy {
  private constructor(
    /** Empty: any. */
    readonly logs: readonly VerifierKey[],
    readonly witnesses: readonly Witness[],
    private readonly quorum: Rule,
  ) {}

  /** Nobody is asked, and nothing is needed. */
  static readonly none = new WitnessPolicy([], [], () => true);

  /** @throws NotVerified that names the line which is wrong */
  static read(text: string): WitnessPolicy {
    const file = new PolicyFile();
    for (const [at, line] of text.split('\n').entries()) {
      const words = line.split(/[ \t]+/).filter((word) => word !== '');
      if (words.length === 0 || words[0]?.startsWith('#')) continue;
      try {
        file.add(words);
      } catch (error) {
        throw new NotVerified(`line ${at + 1}: ${(error as Error).message}`);
      }
    }
    if (!file.quorum) throw new NotVerified('a policy has one line with the quorum');
    return new WitnessPolicy(file.logs, file.witnesses, file.quorum);
  }

  isMetBy(cosigners: readonly VerifierKey[]): boolean {
    return this.quorum(new Set(cosigners));
  }
}

class PolicyFile {
  readonly logs: VerifierKey[] = [];
  readonly witnesses: Witness[] = [];
  quorum: Rule | undefined;
  readonly #rules = new Map<string, Rule>();
  readonly #members = new Set<string>();

  add([what, ...words]: readonly string[]): void {
    if (what === 'log') this.#addLog(words);
    else if (what === 'witness') this.#addWitness(words);
    else if (what === 'group') this.#addGroup(words);
    else if (what === 'quorum') this.#setQuorum(words);
    else throw new NotVerified(`'${what}' is none of log, witness, group and quorum`);
  }

  #addLog([vkey = '', _url, ...more]: readonly string[]): void {
    if (more.length > 0) throw new NotVerified('a log has a verifier key, and perhaps a URL');
    const key = readVerifierKey(vkey);
    mustBeNew(key, this.logs);
    this.logs.push(key);
  }

  #addWitness([name = '', vkey = '', url, ...more]: readonly string[]): void {
    if (more.length > 0) throw new NotVerified('a witness has a name, a verifier key, and perhaps a URL');
    const key = readVerifierKey(vkey, COSIGNS);
    const others = this.witnesses.map((witness) => witness.key);
    mustBeNew(key, others);
    if (url !== undefined && !/^https?:\/\/[^/]/.test(url))
      throw new NotVerified(`${name} has no URL of http or https`);
    this.#name(name, (cosigners) => cosigners.has(key));
    this.witnesses.push({ name, key, ...(url !== undefined && { url }) });
  }

  #addGroup([name = '', threshold = '', ...members]: readonly string[]): void {
    const needed = neededOf(threshold, members.length);
    if (!(needed >= 1 && needed <= members.length)) {
      throw new NotVerified(`group ${name} needs any, all or a number of its members, and has ${members.length}`);
    }
    const rules = members.map((member) => {
      if (this.#members.has(member)) throw new NotVerified(`${member} is in a group already`);
      this.#members.add(member);
      return this.#rule(member);
    });
    this.#name(name, (cosigners) => rules.filter((rule) => rule(cosigners)).length >= needed);
  }

  #setQuorum([name = '', ...more]: readonly string[]): void {
    if (this.quorum || more.length > 0) throw new NotVerified('a policy has one quorum, which is one name');
    this.quorum = name === NONE ? () => true : this.#rule(name);
  }

  #rule(name: string): Rule {
    const rule = this.#rules.get(name);
    if (!rule) throw new NotVerified(`no line before says who ${name} is`);
    return rule;
  }

  #name(name: string, rule: Rule): void {
    if (name === NONE || this.#rules.has(name)) throw new NotVerified(`the name ${name} is taken`);
    this.#rules.set(name, rule);
  }
}

/** NaN for what is no number of members. */
function neededOf(threshold: string, members: number): number {
  if (threshold === 'any') return 1;
  if (threshold === 'all') return members;
  return /^[1-9]\d*$/.test(threshold) ? Number(threshold) : NaN;
}

/** Two that have the same key would count twice. */
function mustBeNew(key: VerifierKey, others: readonly VerifierKey[]): void {
  if (others.some((other) => other.key.equals(key.key)))
    throw new NotVerified(`the key of ${key.name} is there already`);
}
