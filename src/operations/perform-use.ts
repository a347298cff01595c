import { KmsError } from '../errors.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import type { Arrival } from './arrival.js';
import { mustBeAllowed } from './authorise.js';
import type { Deps } from './deps.js';
import type { Answer, Resolved, Subject, UseOperation } from './operation.js';
import { asKmsError, askedFor, recordOf, type Attempt } from './record.js';

const MAX_DECISIONS = 8;
const ITEMS_BETWEEN_YIELDS = 256;
const LISTED_FAILURES = 32;

/** One item of a call: decided, then run. */
interface Item<R, Output> {
  readonly resolved?: R;
  readonly answer?: Answer<Output>;
  readonly error?: KmsError;
}

export type Outcome<Output> = { readonly output: Output } | { readonly error: KmsError };

/**
 * Performs one operation on each input, with one record for all. The append returns the revisions at which the record
 * became durable; if a decision used an older one, also if this node has moved on meanwhile, it is made again before
 * anything is answered.
 */
export async function performUse<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: UseOperation<Input, R, Output>,
  inputs: readonly Input[],
  arrival: Arrival,
): Promise<Outcome<Output>[]> {
  const attempt: Attempt = { operation: operation.name, arrival, startedAt: performance.now() };
  let { moves } = deps.ledger;
  let decided = await decideAll(deps, operation, inputs, arrival);
  for (let decision = 1; decision <= MAX_DECISIONS; decision++) {
    const items = await runAll(deps, operation, inputs, decided, arrival);
    const wasBehind = await catchUp(deps, await writeDown(deps, attempt, inputs, items));
    if (!wasBehind && moves === deps.ledger.moves) return items.map(outcomeOf);
    ({ moves } = deps.ledger);
    const again = await decideAll(deps, operation, inputs, arrival);
    if (again.every((item, index) => isSameDecision(item, decided[index]))) return items.map(outcomeOf);
    decided = again;
  }
  throw new KmsError('conflict', 'what decides this request keeps changing; try again');
}

async function decideAll<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: UseOperation<Input, R, Output>,
  inputs: readonly Input[],
  arrival: Arrival,
): Promise<Item<R, Output>[]> {
  const items: Item<R, Output>[] = [];
  for (const input of inputs) {
    try {
      const resolved = await operation.resolve(deps, input, arrival);
      const { access } = await deps.ledger.install();
      mustBeAllowed(access, arrival, resolved.needs, deps.clock.now());
      items.push({ resolved });
    } catch (error) {
      items.push({ error: asKmsError(error) });
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
): Promise<Item<R, Output>[]> {
  const items: Item<R, Output>[] = [];
  for (const [index, item] of decided.entries()) {
    if (index % ITEMS_BETWEEN_YIELDS === ITEMS_BETWEEN_YIELDS - 1) await new Promise(setImmediate);
    items.push(item.resolved ? await runOne(deps, operation, item.resolved, inputs[index] as Input, arrival) : item);
  }
  return items;
}

async function runOne<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: UseOperation<Input, R, Output>,
  resolved: R,
  input: Input,
  arrival: Arrival,
): Promise<Item<R, Output>> {
  try {
    return { resolved, answer: await operation.run(deps, resolved, input, arrival) };
  } catch (error) {
    return { resolved, error: asKmsError(error) };
  }
}

/** @returns the scopes whose revision decided, with their revision when the record became durable */
async function writeDown(
  deps: Deps,
  attempt: Attempt,
  inputs: readonly unknown[],
  items: readonly Item<Resolved, unknown>[],
): Promise<readonly (readonly [scope: string, revision: number])[]> {
  const scopes = [...new Set([INSTALL_SCOPE, ...items.flatMap((item) => item.resolved?.scopes ?? [])])];
  const [first] = items;
  const single = items.length === 1 && first ? first : undefined;
  const subject = first ? subjectOf(first, inputs[0]) : { resource: 'install' };
  const record = single
    ? recordOf(deps, attempt, subject, single.error, single.answer?.detail)
    : recordOf(
        deps,
        attempt,
        subject,
        items.every((item) => item.error) ? first?.error : undefined,
        batchDetail(items),
      );
  const revisions = await deps.journal.append(record, scopes);
  count(deps, attempt, record.outcome, items);
  return scopes.map((scope, index) => [scope, revisions[index] ?? 0]);
}

/** @returns whether there was something to catch up with */
async function catchUp(deps: Deps, revisions: readonly (readonly [string, number])[]): Promise<boolean> {
  const behind = revisions.filter(([scope, revision]) => deps.ledger.isBehind(scope, revision));
  for (const [scope] of behind) await deps.ledger.refresh(scope);
  return behind.length > 0;
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

function subjectOf(item: Item<Resolved, unknown>, input: unknown): Subject {
  return item.answer?.subject ?? item.resolved?.subject ?? askedFor(input);
}

function batchDetail(items: readonly Item<Resolved, unknown>[]): Readonly<Record<string, unknown>> {
  const failures = items.flatMap((item, index) => (item.error ? [{ item: index, code: item.error.code }] : []));
  const keys = new Set(items.map((item) => subjectOf(item, undefined).key).filter((key) => key !== undefined));
  return {
    items: items.length,
    failed: failures.length,
    failures: failures.slice(0, LISTED_FAILURES),
    ...(keys.size > 1 ? { keys: [...keys].slice(0, LISTED_FAILURES) } : {}),
  };
}

function count(deps: Deps, attempt: Attempt, outcome: string, items: readonly Item<Resolved, unknown>[]): void {
  deps.meter.performed(attempt.operation, outcome, (performance.now() - attempt.startedAt) / 1000);
  if (items.some((item) => item.error?.code === 'integrity-failure')) deps.meter.integrityFailure();
}
