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
  const size = (selector: Selector<Policy>) => Object.keys(selector.tags).length;
  const ranked = matching.toSorted((a, b) => size(b) - size(a) || (a.name < b.name ? -1 : 1));
  return [
    ...(own === undefined ? [] : [{ source: { kind: 'key' }, policy: own } as const]),
    ...ranked.map(({ name, policy }) => ({ source: { kind: 'selector', name }, policy }) as const),
    ...(standard === undefined ? [] : [{ source: { kind: 'keyring' }, policy: standard } as const]),
  ];
}

/** `key`, `selector/payments`, `keyring`. */
export function writeSource(source: PolicySource): string {
  return source.kind === 'selector' ? `selector/${source.name}` : source.kind;
}
