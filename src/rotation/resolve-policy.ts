/** Where a policy was set. */
export type PolicySource =
  { readonly kind: 'key' } | { readonly kind: 'selector'; readonly name: string } | { readonly kind: 'keyring' };

/** A policy that could hold for a key. */
export interface Candidate<Policy> {
  readonly source: PolicySource;
  readonly policy: Policy;
}

/** The policies of a keyring: its default and those for keys with certain tags. */
export interface KeyringPolicies<Policy> {
  readonly standard?: Policy | undefined;
  readonly selectors: readonly Selector<Policy>[];
}

export interface Selector<Policy> {
  readonly name: string;
  /** A key is meant that has all of them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: Policy;
}

/**
 * The policies that could hold for a key, the one that does first: the key's own, then selectors with more tags before those
 * with fewer, then by name, then the keyring's. The first holds as a whole: rules of several policies are never mixed.
 */
export function explain<Policy>(
  tags: Readonly<Record<string, string>>,
  own: Policy | undefined,
  { standard, selectors }: KeyringPolicies<Policy>,
): readonly Candidate<Policy>[] {
  const matching = selectors.filter((selector) =>
    Object.entries(selector.tags).every(([name, value]) => Object.hasOwn(tags, name) && tags[name] === value),
  );
  const ranked = matching.toSorted(byRank);
  return [
    ...(own === undefined ? [] : [{ source: { kind: 'key' }, policy: own } as const]),
    ...ranked.map(({ name, policy }) => ({ source: { kind: 'selector', name }, policy }) as const),
    ...(standard === undefined ? [] : [{ source: { kind: 'keyring' }, policy: standard } as const]),
  ];
}

type Ranked = Pick<Selector<unknown>, 'name' | 'tags'>;

/** More tags before fewer, then by name. */
function byRank(a: Ranked, b: Ranked): number {
  const size = ({ tags }: Ranked) => Object.keys(tags).length;
  return size(b) - size(a) || (a.name < b.name ? -1 : 1);
}

/** The selectors of which one may hold for a key of the given one, were that not there. */
export function fallbacksOf<One extends Ranked>(selector: Ranked, selectors: readonly One[]): readonly One[] {
  const contradicts = ({ tags }: Ranked) =>
    Object.entries(tags).some(([name, value]) => Object.hasOwn(selector.tags, name) && selector.tags[name] !== value);
  return selectors.filter((one) => one.name !== selector.name && byRank(selector, one) < 0 && !contradicts(one));
}

/** `key`, `selector/payments`, `keyring`. */
export function writeSource(source: PolicySource): string {
  return source.kind === 'selector' ? `selector/${source.name}` : source.kind;
}
