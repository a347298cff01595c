import type { OperationName } from '../../access/permissions.js';
import { keyStateAt, nextKeyState, type KeyAction } from '../../keys/key-states.js';
import type { KeyRow, KeySnapshot } from '../../keys/records.js';
import type { ChangeOperation } from '../operation.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';

interface StateChange<Input> {
  readonly name: OperationName;
  readonly action: KeyAction;
  /** Further columns; `state` where the table's own next state is not the last word. */
  readonly columns?: (
    snapshot: KeySnapshot,
    input: Input,
    now: number,
  ) => Partial<Pick<KeyRow, 'state' | 'destroyAt' | 'enabledAt' | 'multiRegion'>>;
}

/** An operation that moves a key along one row of the table of states, and does nothing to its versions. */
export function changeKeyState<Input extends KeyInput = KeyInput>({
  name,
  action,
  columns,
}: StateChange<Input>): ChangeOperation<Input, ResolvedKey, KeyDescription> {
  return {
    name,
    resolve: resolveKeyChange(name),
    async run(deps, { snapshot }, input, commit) {
      const now = deps.engineClock.now();
      return commit([snapshot.key.keyringId], async (change) => {
        const current = await currentKey(change, snapshot);
        const from = keyStateAt(current.key, now);
        const state = nextKeyState(from, action);
        const key = { ...current.key, state, ...columns?.(current, input, now) };
        change.putKey(key, []);
        const { destroyAt } = key;
        const due = key.state === 'pending-destruction' && destroyAt ? { destroyAt: destroyAt.toISOString() } : {};
        return { output: describeKey({ key }, now), detail: { from, to: key.state, ...due } };
      });
    },
  };
}
