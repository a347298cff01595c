import type { CallerRow, CallerType } from '../../access/records.js';

/** A caller as every answer shows it. */
export interface CallerDescription {
  readonly id: string;
  readonly name: string;
  readonly type: CallerType;
  readonly state: 'enabled' | 'disabled';
  readonly createdAt: Date;
}

export function describeCaller({ id, name, type, state, createdAt }: Omit<CallerRow, 'revision'>): CallerDescription {
  return { id, name, type, state, createdAt };
}
