import type { z } from 'zod';
import type { Arrival } from '../../operations/arrival.js';
import type { Kms } from '../../operations/kms.js';
import type { ChangeOperation, Resolved, UseOperation } from '../../operations/operation.js';
import { rehearsed } from '../../operations/rehearsed.js';
import { readInput } from './read-input.js';
import type { Place } from './place.js';

/** A request that was read: who asks, where, for what. */
export interface AwsCall<Input> {
  readonly kms: Kms;
  readonly arrival: Arrival;
  readonly place: Place;
  readonly input: Input;
}

/** One operation of AWS KMS: what it takes, and what it answers by an operation of this service. */
export interface Action {
  /** Held against the service model by a test. */
  readonly members: z.ZodObject;
  /** @throws KmsError, AwsError */
  run(call: Omit<AwsCall<unknown>, 'input'>, body: Buffer): Promise<object>;
}

export function action<S extends z.ZodObject>(
  members: S,
  run: (call: AwsCall<z.output<S>>) => Promise<object>,
): Action {
  return {
    members,
    run: async (call, body) => run({ ...call, input: readInput<z.output<S>>(members as never, body) }),
  };
}

/** Uses a key, or reads. Where the request is for a dry run, its success is an error. */
export function use<Input, R extends Resolved, Output>(
  { kms, arrival, input: asked }: Pick<AwsCall<unknown>, 'kms' | 'arrival'> & { readonly input?: unknown },
  operation: UseOperation<Input, R, Output>,
  input: Input,
): Promise<Output> {
  const { DryRun } = Object(asked) as { readonly DryRun?: boolean };
  return kms.perform(DryRun ? rehearsed(operation) : operation, input, arrival);
}

/** Changes a state; a retry is answered like the first try. */
export async function change<Input, R extends Resolved, Output>(
  { kms, arrival }: Pick<AwsCall<unknown>, 'kms' | 'arrival'>,
  operation: ChangeOperation<Input, R, Output>,
  input: Input,
): Promise<Output> {
  return (await kms.change(operation, input, arrival)).output;
}
