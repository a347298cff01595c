import { KmsError } from '../errors.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import { aboutKey } from './about-key.js';
import type { Arrival } from './arrival.js';
import { askedFor } from './asked-for.js';
import { mustBeAllowed } from './authorise.js';
import type { Deps } from './deps.js';
import { isStale } from './is-stale.js';
import type { Answer, Resolved, Subject, UseOperation } from './operation.js';
import { Pace } from './pace.js';
import { asKmsError, type Attempt } from './record.js';
import { countUse } from './usage/count-use.js';
import { recordsOf, type Told } from './records-of.js';

const MAX_DECISIONS = 8;

/** One item of a call: decided, then run. */
interface Item<R, Output> {
  /** undefined: it may not run. */
  readonly resolved?: R;
  /** What it is about, as far as it was found out. */
  readonly subject?: Subject;
  readonly answer?: Answer<Output>;
  readonly error?: KmsError;
}

export type Outcome<Output> = { readonly output: Output } | { readonly error: KmsError };

/**
 * Performs one operation on each input, with one record for each key that they are about. The append returns the revisions at which the record
 * became durable; if a decision used an older one, it is made again before anything is answered.
 */
export async function performUse<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: UseOperation<Input, R, Output>,
  inputs: readonly Input[],
  arrival: Arrival,
): Promise<Outcome<Output>[]> {
  const startedAt = performance.now();
  let { epoch } = deps.ledger;
  const pace = new Pace(arrival);
  let decided = await decideAll(deps, operation, inputs, arrival, pace);
  for (let decision = 1; decision <= MAX_DECISIONS; decision++) {
    const attempt: Attempt = { operation: operation.name, arrival, startedAt, decision };
    const items = await runAll(deps, operation, inputs, decided, arrival, pace);
    const { scopes, revisions } = await writeDown(deps, attempt, items);
    // Without the database nothing was decided: that is the answer, and on record.
    if (items.every(({ error }) => error?.code === 'database-unavailable'))
      return answers(deps, attempt, inputs, items);
    try {
      if (!(await isStale(deps, epoch, scopes, revisions))) return answers(deps, attempt, inputs, items);
    } catch (error) {
      return withdraw(deps, { ...attempt, decision: decision + 1 }, items, asKmsError(error));
    }
    ({ epoch } = deps.ledger);
    const again = await decideAll(deps, operation, inputs, arrival, pace);
    if (again.every((item, index) => isSameDecision(item, decided[index]))) {
      return answers(deps, attempt, inputs, items);
    }
    decided = again;
  }
  const attempt: Attempt = { operation: operation.name, arrival, startedAt, decision: MAX_DECISIONS + 1 };
  const overtaken = new KmsError('conflict', 'what decides this request keeps changing; try again');
  return withdraw(deps, attempt, decided, overtaken);
}

/** What is on record as done is not answered: that, and why, is on record too. */
async function withdraw<R extends Resolved, Output>(
  deps: Deps,
  attempt: Attempt,
  items: readonly Item<R, Output>[],
  error: KmsError,
): Promise<Outcome<Output>[]> {
  const withdrawn = items.map(({ subject }): Item<R, Output> => ({ ...(subject && { subject }), error }));
  await writeDown(deps, attempt, withdrawn);
  return withdrawn.map(outcomeOf);
}

async function decideAll<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: UseOperation<Input, R, Output>,
  inputs: readonly Input[],
  arrival: Arrival,
  pace: Pace,
): Promise<Item<R, Output>[]> {
  const items: Item<R, Output>[] = [];
  for (const input of inputs) {
    let subject: Subject | undefined;
    try {
      const turn = pace.next();
      if (turn) await turn;
      const resolved = await operation.resolve(deps, input, arrival);
      subject = resolved.subject;
      const { access } = await deps.ledger.install();
      mustBeAllowed(access, arrival, resolved.needs, deps.clock.now());
      items.push({ resolved, subject });
    } catch (error) {
      items.push({ error: asKmsError(error), subject: subject ?? (await askedFor(deps, input)) });
    }
  }
  return items;
}

async function runAll<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: UseOperation<Input, R, Output>,
  inputs: readonly Input[],
  decided: readonly Item<R, Output>[],
  arrival: Arrival,
  pace: Pace,
): Promise<Item<R, Output>[]> {
  const items: Item<R, Output>[] = [];
  for (const [index, item] of decided.entries()) {
    const { resolved } = item;
    items.push(resolved ? await runOne(deps, operation, item, resolved, inputs[index] as Input, arrival, pace) : item);
  }
  return items;
}

async function runOne<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: UseOperation<Input, R, Output>,
  item: Item<R, Output>,
  resolved: R,
  input: Input,
  arrival: Arrival,
  pace: Pace,
): Promise<Item<R, Output>> {
  try {
    const turn = pace.next();
    if (turn) await turn;
    return { ...item, answer: await operation.run(deps, resolved, input, arrival) };
  } catch (error) {
    return { ...item, error: aboutKey(deps, asKmsError(error), resolved.snapshot) };
  }
}

/** @returns the scopes whose revision decided, and their revisions when the records became durable */
async function writeDown<R extends Resolved, Output>(
  deps: Deps,
  attempt: Attempt,
  items: readonly Item<R, Output>[],
): Promise<{ readonly scopes: readonly string[]; readonly revisions: readonly number[] }> {
  const scopes = [...new Set([INSTALL_SCOPE, ...items.flatMap((item) => item.resolved?.scopes ?? [])])];
  const records = recordsOf(deps, attempt, items.map(toldOf));
  const began = performance.now();
  const appended = await deps.tracer.span('audit.append', {}, () =>
    Promise.all(records.map((record) => deps.journal.append(record, scopes))),
  );
  deps.meter.appended((performance.now() - began) / 1000);
  const outcome = records.find((record) => record.outcome === 'success')?.outcome ?? records[0]?.outcome ?? 'error';
  count(deps, attempt, outcome, items);
  const newest = (index: number) => Math.max(...appended.map((revisions) => revisions[index] ?? 0));
  return { scopes, revisions: scopes.map((_scope, index) => newest(index)) };
}

/** What leaves the service, once it counts as use. */
function answers<Output>(
  deps: Deps,
  { operation, arrival }: Attempt,
  inputs: readonly unknown[],
  items: readonly Item<Resolved, Output>[],
): Outcome<Output>[] {
  for (const [index, item] of items.entries()) {
    const { error, subject } = toldOf(item);
    countUse(deps, operation, arrival, { subject, error, input: inputs[index] });
  }
  return items.map(outcomeOf);
}

function isSameDecision(a: Item<Resolved, unknown> | undefined, b: Item<Resolved, unknown> | undefined): boolean {
  if (!a?.resolved || !b?.resolved) return a?.error !== undefined && a.error.code === b?.error?.code;
  const { basis } = b.resolved;
  return (
    a.resolved.basis.length === basis.length && a.resolved.basis.every((snapshot, index) => snapshot === basis[index])
  );
}

function outcomeOf<Output>(item: Item<Resolved, Output>): Outcome<Output> {
  return item.answer ? { output: item.answer.output } : { error: item.error ?? asKmsError(undefined) };
}

function toldOf<R, Output>(item: Item<R, Output>): Told {
  return { ...item, subject: item.answer?.subject ?? item.subject ?? { resource: 'install' } };
}

function count(deps: Deps, attempt: Attempt, outcome: string, items: readonly Item<Resolved, unknown>[]): void {
  deps.meter.performed(attempt.operation, outcome, (performance.now() - attempt.startedAt) / 1000);
  if (items.some((item) => item.error?.code === 'integrity-failure')) deps.meter.integrityFailure();
}
