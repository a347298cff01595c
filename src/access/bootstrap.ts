import { ACCESS_READS, EVERYBODY, type OperationName } from './permissions.js';

/** What the first administrator's token is for, besides reading what there is: others who take over. */
export const BOOTSTRAP_OPERATIONS = [
  'caller.create',
  'token.create',
  'credential.create',
  'invitation.create',
  'binding.create',
  'bootstrap.finish',
] as const satisfies readonly OperationName[];

/** The same, and what one looks at on the way. */
export const BOOTSTRAPPING: ReadonlySet<OperationName> = new Set([
  ...BOOTSTRAP_OPERATIONS,
  ...ACCESS_READS,
  ...EVERYBODY,
  'keyring.list',
  'keyring.describe',
]);
