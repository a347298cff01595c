import { KmsError } from '../../errors.js';
import { SOCKET_PORT } from './socket-directory.js';

/**
 * Sensible for one node. Statements and row values stay out of the log: they may hold what callers sent. The packaged
 * build has neither LZ4 nor Zstandard nor LLVM, hence no wal_compression and no jit.
 */
const DEFAULTS: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
};

/**
 * The `-c name=value` arguments of the server: the defaults, then the caller's, then what the supervisor relies on.
 *
 * @param overrides settings by name, for instance { shared_buffers: '1GB' }
 * @throws KmsError invalid-setting for a name that cannot be a setting's or that is the supervisor's own
 */
export function serverArguments(overrides: Readonly<Record<string, string>>, socketDirectory: string): string[] {
  const fixed = {
    listen_addresses: '',
    unix_socket_directories: quoteListItem(socketDirectory),
    unix_socket_permissions: '0700',
    port: String(SOCKET_PORT),
    logging_collector: 'off',
    log_destination: 'stderr',
  };
  for (const name of Object.keys(overrides)) {
    if (!/^[a-z_][a-z0-9_.]*$/.test(name) || name in fixed) {
      throw new KmsError(
        'invalid-setting',
        `The embedded PostgreSQL's setting ${JSON.stringify(name)} cannot be changed.`,
      );
    }
  }
  const settings = { ...DEFAULTS, ...overrides, ...fixed };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** unix_socket_directories is a comma-separated list whose items may be quoted. */
function quoteListItem(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}
