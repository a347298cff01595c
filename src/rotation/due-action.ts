/** What a rule makes of a key. */
export const ACTION_KINDS = ['rotate', 'retire', 'destroy', 'disable', 'tell'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

export type RuleName =
  | 'rotate.every'
  | 'rotate.cron'
  | 'rotate.afterMessages'
  | 'rotate.afterBytes'
  | 'retire.after'
  | 'retire.unused'
  | 'destroy.after'
  | 'expire.at'
  | 'expire.after'
  | 'unused.after'
  | 'notify.before'
  | 'notify.retirement'
  | 'notify.overdue';

/** One thing to be done to a key, and when: milliseconds since the epoch. */
export interface DueAction {
  readonly kind: ActionKind;
  readonly rule: RuleName;
  readonly at: number;
  /** Of what is retired or destroyed, or of `tell` what will be. */
  readonly version?: number;
  /** Of `tell`: the moment that it is about. */
  readonly about?: number;
}

/** The order in which things are done. The same on every node: so what two of them do is what one would have done. */
export function inOrder(a: DueAction, b: DueAction): number {
  const kinds = ACTION_KINDS.indexOf(a.kind) - ACTION_KINDS.indexOf(b.kind);
  return a.at - b.at || kinds || (a.version ?? 0) - (b.version ?? 0) || (a.rule < b.rule ? -1 : 1);
}

/** Whether it is the same thing to do, although a clock may have moved meanwhile. */
export function isSameAction(a: DueAction | undefined, b: DueAction): boolean {
  return a?.kind === b.kind && a.rule === b.rule && a.version === b.version;
}
