import { describe, expect, it } from '@jest/globals';
import { lintPolicy } from '../../../src/rotation/lint-policy.js';
import { parsePolicy } from '../../../src/rotation/parse-policy.js';
import { START } from './governed.js';

const encryption = { usage: 'encrypt-decrypt', origin: 'generated' } as const;
const signing = { usage: 'sign-verify', origin: 'generated' } as const;
const lint = (document: object, keys: Parameters<typeof lintPolicy>[1] = [encryption]) =>
  lintPolicy(parsePolicy(document), keys, START).map(({ rule, warning }) => `${rule}: ${warning}`);

describe('a policy is compared with NIST SP 800-57', () => {
  it('and one that is as strict has nothing wrong with it', () => {
    const strict = { rotate: { every: '365d' }, retire: { after: '730d' }, destroy: { after: '30d' } };
    expect(lint(strict)).toEqual([]);
    expect(lint({ rotate: { cron: '0 3 1 1,7 *' } })).toEqual([]);
    expect(lint({ expire: { after: '365d' } })).toEqual([]);
    expect(lint({ expire: { at: '2031-01-01T00:00:00Z' } })).toEqual([]);
  });

  it.each([
    [{}, [encryption], 'rotate: nothing rotates a key by age; NIST SP 800-57'],
    [{ rotate: { afterMessages: 1000 } }, [encryption], 'rotate: nothing rotates a key by age'],
    [{ rotate: { afterMessages: 3599 } }, [encryption], 'rotate.afterMessages: reached within an hour'],
    [{ rotate: { afterBytes: '1MB' } }, [encryption], 'rotate.afterBytes: reached within an hour'],
    [{ rotate: { every: '731d' } }, [encryption], 'rotate: up to 731d between rotations'],
    // 2100 is no leap year.
    [{ rotate: { cron: '0 0 29 2 *' } }, [encryption], 'rotate: up to 2921d between rotations'],
    [{ rotate: { every: '1096d' } }, [signing], 'at most 1095d'],
    [
      { rotate: { every: '90d' }, retire: { after: '4000d' } },
      [encryption],
      'retire.after: older versions decrypt for',
    ],
    [{ rotate: { every: '90d' }, destroy: { after: '30d' } }, [encryption], 'destroy: nothing retires versions'],
    [{ revoke: { campaign: true } }, [encryption], 'revoke.campaign: nobody can move what is under'],
    [{ expire: { at: '2039-01-01T00:00:00Z' } }, [encryption], 'rotate: nothing rotates a key by age'],
    [{ expire: { at: '2029-12-31T00:00:00Z' } }, [encryption], 'expire.at: is past'],
    [{ rotate: { every: '1d', spread: '20h' } }, [encryption], 'rotate.spread: more than half'],
    [
      { rotate: { every: '90d', spread: '5h', window: { from: '02:00', to: '03:00' } } },
      [encryption],
      'rotate.spread: longer than the window',
    ],
    [{ rotate: { every: '90d' } }, [{ ...encryption, origin: 'imported' }], 'rotate: 1 of the keys hold imported'],
  ] as const)('%j', (document, keys, warning) => {
    expect(lint(document, keys)).toContainEqual(expect.stringContaining(warning));
  });

  it('by the usage of the keys: what is too long for encryption is not for signatures', () => {
    expect(lint({ rotate: { every: '1000d' } }, [signing])).toEqual([]);
    expect(lint({ rotate: { every: '1000d' } }, [signing, encryption])).toHaveLength(1);
  });
});
