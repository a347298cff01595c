import { BlockList, isIP } from 'node:net';
import type { EncryptionContext } from '../keys/encryption-context.js';
import type { AskedOfKey } from './key-rules/key-request.js';
import type { Strength } from './presented.js';

/** The doors that a binding may be bound to. */
export const DOORS = ['rest', 'aws'] as const;
export const PROVEN_STRENGTHS = ['mfa', 'mtls'] as const;

/** What must be so for a binding to hold, as stored. All that is given must be met; of a list, one. */
export interface Conditions {
  readonly context?: {
    /** Pairs that the encryption context must hold, with just these values; it may hold others. */
    readonly equals?: Readonly<Record<string, string>>;
    /** The encryption context must name nothing else than these. */
    readonly subset?: readonly string[];
  };
  /** CIDRs, or single addresses. */
  readonly sourceNetworks?: readonly string[];
  /** ISO 8601. */
  readonly notBefore?: string;
  readonly doors?: readonly string[];
  readonly authentication?: readonly (typeof PROVEN_STRENGTHS)[number][];
}

/** What conditions look at. */
export interface Attributes {
  /** The one that is bound to the ciphertext: the same object. undefined: none, which is the same as an empty one. */
  readonly context: EncryptionContext | undefined;
  readonly source: string | null;
  readonly door: string;
  readonly strength: Strength;
  /** For the rules of the key, where it has any. */
  readonly asked?: AskedOfKey | undefined;
}

/** Addresses whose verdict is kept: looking one up is dearer than all else together. */
const REMEMBERED_SOURCES = 1024;

const NO_CONTEXT: EncryptionContext = {};

/** Of somebody of whom nothing is known. */
export const NO_ATTRIBUTES: Attributes = { context: undefined, source: null, door: '', strength: 'single' };

export type Test = (attributes: Attributes, now: number) => boolean;

const TESTS: { readonly [Name in keyof Conditions]-?: (wanted: NonNullable<Conditions[Name]>) => Test } = {
  context: ({ equals = {}, subset }) => {
    const pairs = Object.entries(equals);
    const allowed = subset && new Set(subset);
    return ({ context = NO_CONTEXT }) => {
      for (const [name, value] of pairs) if (!Object.hasOwn(context, name) || context[name] !== value) return false;
      return allowed === undefined || Object.keys(context).every((name) => allowed.has(name));
    };
  },
  sourceNetworks: (networks) => {
    const list = new BlockList();
    for (const network of networks) addNetwork(list, network);
    const verdicts = new Map<string | null, boolean>();
    return ({ source }) => {
      const known = verdicts.get(source);
      if (known !== undefined) return known;
      if (verdicts.size >= REMEMBERED_SOURCES) verdicts.clear();
      const verdict = isWithin(list, source);
      verdicts.set(source, verdict);
      return verdict;
    };
  },
  notBefore: (moment) => {
    const from = Date.parse(moment);
    return (_attributes, now) => now >= from;
  },
  doors: (doors) => {
    const allowed = new Set(doors);
    return ({ door }) => allowed.has(door);
  },
  authentication: (strengths) => {
    const allowed = new Set<Strength>(strengths);
    return ({ strength }) => allowed.has(strength);
  },
};

/**
 * Conditions as one function, made once a change.
 * @returns undefined where there are none
 */
export function compileConditions(conditions: Conditions | null, effect: 'allow' | 'deny'): Test | undefined {
  const names = Object.keys(conditions ?? {});
  if (!conditions || names.length === 0) return undefined;
  // Of a newer version of the service: what we cannot decide, we decide against the caller.
  if (!names.every((name) => Object.hasOwn(TESTS, name))) return () => effect === 'deny';
  const { context, sourceNetworks, notBefore, doors, authentication } = conditions;
  const tests = [
    doors && TESTS.doors(doors),
    authentication && TESTS.authentication(authentication),
    notBefore !== undefined && TESTS.notBefore(notBefore),
    context && TESTS.context(context),
    sourceNetworks && TESTS.sourceNetworks(sourceNetworks),
  ].filter((test) => typeof test === 'function');
  return (attributes, now) => {
    for (const test of tests) if (!test(attributes, now)) return false;
    return true;
  };
}

/** Whether a text is a CIDR or an address. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsOf(family));
}

function addNetwork(list: BlockList, network: string): void {
  const [address = '', prefix] = network.split('/');
  const family = isIP(address);
  list.addSubnet(address, Number(prefix ?? bitsOf(family)), family === 6 ? 'ipv6' : 'ipv4');
}

/** An IPv4 address that came over IPv6 is the IPv4 address. */
function isWithin(list: BlockList, source: string | null): boolean {
  if (source === null) return false;
  const address = source.startsWith('::ffff:') && source.includes('.') ? source.slice(7) : source;
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function bitsOf(family: number): number {
  return family === 6 ? 128 : 32;
}
