import { describe, expect, it } from '@jest/globals';
import { explain, writeSource } from '../../../src/rotation/resolve-policy.js';

const selectors = [
  { name: 'b-team', tags: { team: 'pay' }, policy: 'b' },
  { name: 'a-team', tags: { team: 'pay' }, policy: 'a' },
  { name: 'pci', tags: { team: 'pay', class: 'pci' }, policy: 'pci' },
];
const sources = (tags: Record<string, string>, own?: string, standard?: string) =>
  explain(tags, own, { standard, selectors }).map(({ source, policy }) => `${writeSource(source)}=${policy}`);

describe('which policy holds', () => {
  it('the key’s own, then the selector with most tags, then the keyring’s', () => {
    expect(sources({ team: 'pay', class: 'pci' }, 'own', 'standard')).toEqual([
      'key=own',
      'selector/pci=pci',
      'selector/a-team=a',
      'selector/b-team=b',
      'keyring=standard',
    ]);
    expect(sources({ team: 'pay', class: 'other' }, undefined, 'standard')[0]).toBe('selector/a-team=a');
    expect(sources({ team: 'shop' }, undefined, 'standard')).toEqual(['keyring=standard']);
    expect(sources({})).toEqual([]);
  });

  it('takes no inherited property for a tag', () => {
    const tricky = [{ name: 'x', tags: { constructor: 'Object' }, policy: 'x' }];
    expect(explain({}, undefined, { selectors: tricky })).toEqual([]);
  });
});
