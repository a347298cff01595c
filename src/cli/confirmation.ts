import { UsageError } from './usage-error.js';

/** What cannot be undone is done only with `--yes`. @throws UsageError that says what would be lost */
export function mustBeConfirmed(yes: boolean | undefined, loss: string): void {
  if (yes !== true) throw new UsageError(`This cannot be undone: ${loss}. Give --yes to do it.`);
}
