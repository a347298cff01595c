import type { Command } from 'commander';
import type { DualControlInput } from '../client/client.js';
import { whole } from './option-values.js';
import { UsageError } from './usage-error.js';

export interface DualControlOptions {
  readonly approvers?: number;
  readonly operations?: readonly string[];
  readonly approvalExpiresIn?: string;
  /** false: --no-dual-control. */
  readonly dualControl?: boolean;
}

/** Adds the options of dual control. */
export function withDualControlOptions(command: Command): Command {
  return command
    .option('--approvers <n>', 'dual control: so many must approve guarded operations', whole(1))
    .option('--operations <operation...>', 'and these operations, such as key.schedule-destruction')
    .option('--approval-expires-in <time>', 'for how long a request stands, such as 24h')
    .option('--no-dual-control', 'no dual control');
}

/** @returns undefined where nothing is said of it. @throws UsageError */
export function dualControlIn(options: DualControlOptions): DualControlInput | null | undefined {
  const { approvers, operations, approvalExpiresIn: expiresIn, dualControl } = options;
  const more = { ...(operations ? { operations } : {}), ...(expiresIn === undefined ? {} : { expiresIn }) };
  if (approvers !== undefined && dualControl !== false) return { approvers, ...more };
  if (approvers !== undefined || Object.keys(more).length > 0) {
    throw new UsageError(
      'Give --approvers N, with or without --operations and --approval-expires-in; or --no-dual-control.',
    );
  }
  return dualControl === false ? null : undefined;
}
