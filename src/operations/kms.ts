import type { OperationName } from '../access/permissions.js';
import type { SystemCallerId } from '../access/system-callers.js';
import type { AuditRecord } from '../audit/record.js';
import type { Refusal } from '../access/refusal.js';
import type { KmsError } from '../errors.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import { holdersOf, type Approach, type Arrival } from './arrival.js';
import { askedFor, askedForAtDoor } from './asked-for.js';
import { servesFor } from './authorise.js';
import { authenticate, type Unauthenticated } from './authenticate.js';
import type { Deps } from './deps.js';
import { charging } from './limits/charging.js';
import { costOf } from './limits/cost-of.js';
import { noteOwn } from './note-own.js';
import type { ChangeOperation, Resolved, UseOperation } from './operation.js';
import { performChange, type Changed } from './perform-change.js';
import { performUse, type Outcome } from './perform-use.js';
import { asKmsError, recordOf } from './record.js';
import { RefusalLane } from './refusal-lane.js';
import { systemArrival } from './system-arrival.js';

/** Refusals of a credential that is well made: another node may know it. */
const UNKNOWN_HERE: ReadonlySet<Refusal> = new Set([
  'unknown-token',
  'unknown-certificate',
  'unknown-subject',
  'unknown-access-key',
  'unknown-region',
]);

/** The one way in: whoever is at whatever door, a key is reached through here and nowhere else. */
export class Kms {
  readonly #refusals: RefusalLane;

  constructor(private readonly deps: Deps) {
    this.#refusals = new RefusalLane(deps.journal);
  }

  /** @throws KmsError unauthenticated, after it was written down */
  arrive(approach: Approach): Promise<Arrival> {
    return this.#traced('authenticate', () => this.#arrive(approach));
  }

  async #arrive(approach: Approach): Promise<Arrival> {
    const { limits } = this.deps;
    const tooMany = limits.ofSource(approach.source);
    if (tooMany) throw await this.refuse(approach, 'authenticate', tooMany);
    let found: Arrival | Unauthenticated;
    try {
      found = await this.#authenticate(approach);
    } catch (error) {
      throw await this.refuse(approach, 'authenticate', asKmsError(error));
    }
    if (!('error' in found)) return found;
    const error = limits.ofFailure(approach.source) ?? found.error;
    throw await this.refuse(approach, 'authenticate', error, undefined, found.detail);
  }

  /** A credential that is not known may have been made on another node a moment ago. */
  async #authenticate(approach: Approach): Promise<Arrival | Unauthenticated> {
    const { ledger } = this.deps;
    // Its code may have been used on another node a moment ago.
    if (approach.presented?.kind === 'password') await ledger.refresh(INSTALL_SCOPE);
    const { epoch } = ledger;
    const found = await authenticate(this.deps, approach);
    if (!('error' in found) || !UNKNOWN_HERE.has(found.detail.reason)) return found;
    await ledger.refresh(INSTALL_SCOPE);
    return ledger.epoch === epoch ? found : authenticate(this.deps, approach);
  }

  /** The service itself, by its schedule. */
  arriveAsSystem(id: SystemCallerId, requestId: string): Arrival {
    return systemArrival(id, requestId);
  }

  /** Whether the caller holds the operation anywhere at all: the coarse gate of the doors. */
  async mayAnywhere(arrival: Arrival, operation: OperationName): Promise<boolean> {
    const { ledger, clock } = this.deps;
    const may = async () => {
      const { access } = await ledger.install();
      return servesFor(access, arrival, operation) && access.mayAnywhere(holdersOf(arrival), operation, clock.now());
    };
    if (await may()) return true;
    // The binding may have been made on another node a moment ago.
    await ledger.refresh(INSTALL_SCOPE);
    return may();
  }

  /**
   * Writes down what a door refused before it became an operation. Who is not authenticated yet goes through the
   * bounded lane.
   * @param asked  the references of the request: what it was about
   * @param detail redacted facts, such as the reason: never a value of the request
   * @returns the error, to be thrown
   */
  async refuse(
    approach: Approach | Arrival,
    operation: OperationName,
    error: KmsError,
    asked?: unknown,
    detail?: Readonly<Record<string, unknown>>,
  ): Promise<KmsError> {
    const known = 'caller' in approach;
    const arrival = known ? approach : nobodyOf(approach);
    const attempt = { operation, arrival, startedAt: performance.now() };
    const subject = await (known ? askedForAtDoor(this.deps, asked) : askedFor(this.deps, asked));
    const record = recordOf(this.deps, attempt, subject, error, detail);
    await (known ? this.deps.journal.append(record, []) : this.#refusals.append(record));
    this.deps.meter.performed(operation, record.outcome, 0);
    return error;
  }

  /** Writes down what the service itself did. */
  async note(operation: 'service.start' | 'service.stop', detail: AuditRecord['detail'] = {}): Promise<void> {
    await noteOwn(this.deps, operation, { detail });
  }

  /** Before the end: writes down the refusals that were only counted so far. */
  flush(): Promise<void> {
    return this.#refusals.flush();
  }

  /** Uses a key or reads. */
  async perform<Input, R extends Resolved, Output>(
    operation: UseOperation<Input, R, Output>,
    input: Input,
    arrival: Arrival,
  ): Promise<Output> {
    await this.#mustHaveBudget(operation.name, 1, arrival);
    return this.#traced(operation.name, async () => {
      const [outcome] = await performUse(this.deps, charging(operation), [input], arrival);
      if (!outcome || 'error' in outcome) throw outcome?.error ?? asKmsError(undefined);
      return outcome.output;
    });
  }

  /** The same operation on many inputs: a result each, one record for all. */
  async performBatch<Input, R extends Resolved, Output>(
    operation: UseOperation<Input, R, Output>,
    inputs: readonly Input[],
    arrival: Arrival,
  ): Promise<Outcome<Output>[]> {
    await this.#mustHaveBudget(operation.name, inputs.length, arrival);
    return this.#traced(operation.name, () => performUse(this.deps, charging(operation), inputs, arrival));
  }

  /** Changes a state. */
  async change<Input, R extends Resolved, Output>(
    operation: ChangeOperation<Input, R, Output>,
    input: Input,
    arrival: Arrival,
  ): Promise<Changed<Output>> {
    await this.#mustHaveBudget(operation.name, 1, arrival);
    return this.#traced(operation.name, () => performChange(this.deps, operation, input, arrival));
  }

  #traced<T>(operation: OperationName, work: () => Promise<T>): Promise<T> {
    const { tracer } = this.deps;
    return tracer.span(operation, {}, work, (error) => asKmsError(error).code);
  }

  /** @throws KmsError too-many-requests, after it was written down or counted in the bounded lane */
  async #mustHaveBudget(operation: OperationName, items: number, arrival: Arrival): Promise<void> {
    const refused = this.deps.limits.ofCaller(arrival, items * costOf(operation));
    if (!refused) return;
    const record = recordOf(
      this.deps,
      { operation, arrival, startedAt: performance.now() },
      { resource: 'install' },
      refused,
      undefined,
    );
    await this.#refusals.append(record);
    this.deps.meter.performed(operation, record.outcome, 0);
    throw refused;
  }
}

/** What a record says of somebody who did not get in. */
function nobodyOf({ door, source, requestId }: Approach): Arrival {
  const caller = { id: 'anonymous', name: 'anonymous', type: 'system' } as const;
  return { caller, credentialId: null, strength: 'single', door, source, requestId };
}
