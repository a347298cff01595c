import { DOORS, isNetwork, PROVEN_STRENGTHS, type Conditions } from '../../access/conditions.js';
import { KmsError } from '../../errors.js';
import { canonicalContext } from '../../keys/encryption-context.js';

const MOST = 64;

/** What must be so for a binding to hold: all that is given; of a list, one. */
export interface ConditionsInput {
  readonly context?: { readonly equals?: Readonly<Record<string, string>>; readonly subset?: readonly string[] };
  /** CIDRs, or single addresses. */
  readonly sourceNetworks?: readonly string[];
  readonly notBefore?: Date;
  /** The binding's own end, written here. */
  readonly expiresAt?: Date;
  readonly doors?: readonly string[];
  readonly authentication?: readonly string[];
}

/** @returns null for none. @throws KmsError invalid-request */
export function conditionsOf(input: ConditionsInput | undefined): Conditions | null {
  if (!input) return null;
  const { context, sourceNetworks, notBefore, doors, authentication } = input;
  if (context) mustBeContext(context);
  if (sourceNetworks)
    mustBeList('sourceNetworks', sourceNetworks, isNetwork, 'CIDRs such as 10.0.0.0/8 or 2001:db8::/32');
  if (doors) mustBeList('doors', doors, (door) => DOORS.some((name) => name === door), `of ${DOORS.join(', ')}`);
  if (authentication) {
    mustBeList('authentication', authentication, isProvenStrength, `of ${PROVEN_STRENGTHS.join(', ')}`);
  }
  const conditions: Conditions = {
    ...(context ? { context } : {}),
    ...(sourceNetworks ? { sourceNetworks } : {}),
    ...(notBefore ? { notBefore: notBefore.toISOString() } : {}),
    ...(doors ? { doors } : {}),
    ...(authentication ? { authentication: authentication.filter(isProvenStrength) } : {}),
  };
  return Object.keys(conditions).length > 0 ? conditions : null;
}

function isProvenStrength(name: string): name is (typeof PROVEN_STRENGTHS)[number] {
  return PROVEN_STRENGTHS.some((strength) => strength === name);
}

/** What no encryption context could ever meet is a mistake. */
function mustBeContext({ equals, subset }: NonNullable<ConditionsInput['context']>): void {
  if (equals === undefined && subset === undefined) {
    throw new KmsError('invalid-request', 'conditions.context: give equals, subset, or both');
  }
  canonicalContext(equals);
  canonicalContext(Object.fromEntries((subset ?? []).map((name) => [name, ''])));
  const outside = Object.keys(equals ?? {}).some((name) => subset !== undefined && !subset.includes(name));
  if (outside) {
    throw new KmsError(
      'invalid-request',
      'conditions.context: equals names what subset excludes, so nothing could meet both',
    );
  }
}

function mustBeList(name: string, items: readonly string[], isGood: (item: string) => boolean, what: string): void {
  if (items.length >= 1 && items.length <= MOST && items.every(isGood)) return;
  throw new KmsError('invalid-request', `conditions.${name}: 1 to ${MOST} ${what}`);
}
