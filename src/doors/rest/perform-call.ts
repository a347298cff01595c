import type { Kms } from '../../operations/kms.js';
import type { ChangeOperation, Resolved, UseOperation } from '../../operations/operation.js';
import type { Call, Each } from './call.js';

/** What became of one item of a batch. */
export type ItemAnswer<Output> = Output | { readonly error: { readonly code: string; readonly detail: string } };

/** Uses a key, or reads. */
export function use<Input, R extends Resolved, Output>(
  kms: Kms,
  operation: UseOperation<Input, R, Output>,
  { input, arrival }: Call<Input>,
): Promise<Output> {
  return kms.perform(operation, input, arrival);
}

/** The same for one input or a batch, in which an item's failure is its own. */
export async function useEach<Input, R extends Resolved, Output>(
  kms: Kms,
  operation: UseOperation<Input, R, Output>,
  { input, arrival }: Call<Each<Input>>,
): Promise<Output | { readonly items: readonly ItemAnswer<Output>[] }> {
  if ('one' in input) return kms.perform(operation, input.one, arrival);
  const outcomes = await kms.performBatch(operation, input.many, arrival);
  const items = outcomes.map((outcome): ItemAnswer<Output> => {
    if ('output' in outcome) return outcome.output;
    const { code, detail } = outcome.error;
    return { error: { code, detail } };
  });
  return { items };
}

/** Changes a state. A repeat under an Idempotency-Key says that it is one. */
export async function change<Input, R extends Resolved, Output extends object>(
  kms: Kms,
  operation: ChangeOperation<Input, R, Output>,
  { input, arrival, reply }: Call<Input>,
): Promise<Output | (Output & { readonly replayed: true })> {
  const { output, replayed } = await kms.change(operation, input, arrival);
  if (!replayed) return output;
  void reply.header('idempotency-replayed', 'true');
  return { ...output, replayed: true };
}
