import { Option, type Command } from 'commander';
import type { AuditFilters, KeysteadClient } from '../client/client.js';
import { moment, whole } from './option-values.js';
import { UsageError } from './usage-error.js';

const FILTERS = new Set([
  'key',
  'caller',
  'operation',
  'outcome',
  'door',
  'source',
  'requestId',
  'contextHash',
  'after',
  'since',
  'until',
]);

/** Adds the options that say which records are meant. */
export function withAuditFilters(command: Command): Command {
  return command
    .option('--key <key>', 'id, name or alias')
    .option('--caller <caller>', 'id or name')
    .option('--operation <operation>', 'such as encrypt or key.rotate')
    .addOption(new Option('--outcome <outcome>').choices(['success', 'denied', 'error']))
    .option('--door <door>', 'the protocol it came by')
    .option('--source <address>', 'the address it came from')
    .option('--request-id <id>', 'of one request')
    .option('--context-hash <hash>', 'of a value of the encryption context: `audit hash` says it')
    .option('--after <index>', 'records behind this one in the log', whole(0))
    .option('--since <time>', 'a time, or how long ago: 2h, 7d', moment)
    .option('--until <time>', 'a time, or how long ago', moment);
}

/** What the options say. In a keyring that was named, a key is found there, also when others have one of the same name. */
export async function filtersOf(client: KeysteadClient, command: Command): Promise<AuditFilters> {
  const given = Object.entries(command.opts<AuditFilters>()).filter(([name]) => FILTERS.has(name));
  const filters: AuditFilters = Object.fromEntries(given);
  if (command.getOptionValueSourceWithGlobals('keyring') === 'default') return filters;
  const { key } = filters;
  if (key === undefined) throw new UsageError('Records are not filtered by keyring alone: give --key, too.');
  return { ...filters, key: (await client.keys.get(key)).id };
}
