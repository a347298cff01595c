import { CRYPTO_OPERATIONS } from '../../../operations/vocabulary.js';
import type { EndpointShape } from '../endpoint-shape.js';

interface Group {
  readonly name: string;
  readonly description: string;
  /** What the names of its operations begin with. */
  readonly prefixes: readonly string[];
}

const OTHERS = 'Service';

/** The chapters of the API's description, in their order. */
export const GROUPS: readonly Group[] = [
  {
    name: 'Cryptography',
    description: 'Using keys. Each call singly, or as a batch.',
    prefixes: [...CRYPTO_OPERATIONS],
  },
  { name: 'Keys', description: 'Making keys, their states, import and export.', prefixes: ['key.'] },
  { name: 'Versions', description: 'The versions of a key, one by one.', prefixes: ['version.'] },
  { name: 'Policies', description: 'When keys rotate, retire, expire.', prefixes: ['policy.'] },
  {
    name: 'Campaigns',
    description: 'Moving ciphertexts from old versions of a key to its primary.',
    prefixes: ['campaign.'],
  },
  { name: 'Aliases', description: 'Further names of keys, which can be moved.', prefixes: ['alias.'] },
  { name: 'Keyrings', description: 'Tenants, each with its own wrapping key.', prefixes: ['keyring.'] },
  {
    name: 'Access',
    description: 'Callers, their tokens and other credentials, and their roles.',
    prefixes: [
      'caller.',
      'token.',
      'credential.',
      'access-key.',
      'binding.',
      'role.',
      'group.',
      'access.',
      'whoami',
      'bootstrap.',
    ],
  },
  {
    name: 'People',
    description: 'Persons who log in with a password and a second factor.',
    prefixes: ['invitation.', 'person.', 'session.', 'password.', 'recovery-codes.'],
  },
  {
    name: 'Governance',
    description: 'Dual control: who must approve what, and the requests.',
    prefixes: ['settings.', 'approval.'],
  },
  {
    name: 'Certificates',
    description: 'The service’s own certificate authority.',
    prefixes: ['pki.', 'certificate.'],
  },
  { name: 'Events', description: 'Webhooks, and what was sent to them.', prefixes: ['webhook.'] },
  { name: 'Audit', description: 'What was done, by whom, with what outcome.', prefixes: ['audit.'] },
  { name: 'Root', description: 'The key above all keys.', prefixes: ['root.'] },
  { name: OTHERS, description: 'Health and what is public.', prefixes: [] },
];

export function groupOf(access: EndpointShape['access']): string {
  if (access === 'public') return OTHERS;
  const { operation } = access;
  const group = GROUPS.find(({ prefixes }) =>
    prefixes.some((prefix) => (prefix.endsWith('.') ? operation.startsWith(prefix) : operation === prefix)),
  );
  return group?.name ?? OTHERS;
}
