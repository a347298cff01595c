import { CommanderError } from 'commander';
import { NotVerified } from '../audit/verifier/not-verified.js';
import { isKeysteadError } from '../client/client.js';
import { isKmsError, type ErrorCode } from '../errors.js';
import { NotReadyError } from './not-ready-error.js';
import { NotValidError } from './not-valid-error.js';
import { UsageError } from './usage-error.js';
import { WeakPolicyError } from './weak-policy-error.js';

/** The exit codes, as `keystead --help` shows them. Scripts rely on them: they do not change. */
export const EXIT = {
  success: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  rejected: 5,
  unavailable: 6,
  notAuthentic: 7,
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    failed here: a file cannot be read or written, something unexpected
  2    the command line is wrong
  3    the token is missing or unknown, or its caller may not do this
  4    what was named does not exist
  5    the service rejected the request: wrong state, name taken, invalid input
  6    the service is not reachable, not ready, or overloaded
  7    not authentic: a ciphertext, signature or MAC that does not verify or is under a compromised version, an audit
       log that was changed
  130  interrupted`;

/** @returns the exit code for what a command ended with */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof NotValidError || error instanceof NotVerified) return EXIT.notAuthentic;
  if (error instanceof NotReadyError) return EXIT.unavailable;
  if (error instanceof WeakPolicyError) return EXIT.rejected;
  if (isKmsError(error)) return OF_OFFLINE[error.code] ?? EXIT.failed;
  if (!isKeysteadError(error)) return EXIT.failed;
  return OF_CODE[error.code] ?? ofStatus(error.status);
}

const OF_CODE: Readonly<Record<string, number>> = {
  aborted: EXIT.interrupted,
  'connection-failed': EXIT.unavailable,
  'server-not-trusted': EXIT.unavailable,
  timeout: EXIT.unavailable,
  'invalid-ciphertext': EXIT.notAuthentic,
  'not-authentic': EXIT.notAuthentic,
  'unexpected-answer': EXIT.failed,
};

/** Of commands that work without a server. */
const OF_OFFLINE: Partial<Readonly<Record<ErrorCode, number>>> = {
  unauthenticated: EXIT.refused,
  'permission-denied': EXIT.refused,
  'approval-required': EXIT.rejected,
  'database-unavailable': EXIT.unavailable,
  'integrity-failure': EXIT.notAuthentic,
  'invalid-backup': EXIT.notAuthentic,
};

function ofStatus(status: number | undefined): number {
  if (status === undefined) return EXIT.rejected;
  if (status === 401 || status === 403) return EXIT.refused;
  if (status === 404) return EXIT.notFound;
  if (status === 429 || status >= 500) return status === 500 ? EXIT.failed : EXIT.unavailable;
  return EXIT.rejected;
}
