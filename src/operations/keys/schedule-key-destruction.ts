import { KmsError } from '../../errors.js';
import { isReplica } from '../../keys/multi-region.js';
import { changeKeyState } from './change-key-state.js';
import type { KeyInput } from './get-key.js';

const WINDOW_DAYS = { least: 7, most: 30 } as const;
const DAY_MS = 86_400_000;

export interface ScheduleKeyDestructionInput extends KeyInput {
  /** 7 to 30, default 30. */
  readonly windowDays?: number;
}

/**
 * From now on the key does nothing; when the window is over, its material is destroyed. For the primary of a multi-Region key the
 * window begins when the last of its replicas is destroyed.
 */
export const scheduleKeyDestruction = changeKeyState<ScheduleKeyDestructionInput>({
  name: 'key.schedule-destruction',
  action: 'schedule-destruction',
  columns: ({ key }, { windowDays = WINDOW_DAYS.most }, now) => {
    if (!Number.isInteger(windowDays) || windowDays < WINDOW_DAYS.least || windowDays > WINDOW_DAYS.most) {
      throw new KmsError(
        'invalid-request',
        `windowDays: a whole number of days from ${WINDOW_DAYS.least} to ${WINDOW_DAYS.most}`,
      );
    }
    const { multiRegion } = key;
    if (!multiRegion || isReplica(key) || multiRegion.replicas.length === 0) {
      return { destroyAt: destroyedAfter(windowDays, now) };
    }
    return { destroyAt: null, multiRegion: { ...multiRegion, windowDays } };
  },
});

export function destroyedAfter(windowDays: number, now: number): Date {
  return new Date(now + windowDays * DAY_MS);
}
