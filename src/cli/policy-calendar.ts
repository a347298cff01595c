import type { Simulation, SimulatedAction } from '../client/client.js';
import { printable } from './printable.js';

const MONTHS = new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'long', year: 'numeric' });
const DAYS = new Intl.DateTimeFormat('en', { timeZone: 'UTC', weekday: 'short' });

/** What a simulation foresees, month by month; times are UTC. */
export function policyCalendar(simulation: Simulation): string {
  const { actions, more, keys, until } = simulation;
  const lines: string[] = [];
  let month = '';
  for (const action of actions) {
    const at = new Date(action.at);
    if (MONTHS.format(at) !== month) {
      month = MONTHS.format(at);
      lines.push(...(lines.length > 0 ? [''] : []), month);
    }
    lines.push(
      `  ${String(at.getUTCDate()).padStart(2)} ${DAYS.format(at)} ${action.at.slice(11, 16)}  ${lineOf(action)}`,
    );
  }
  if (more) lines.push('  … and more: fewer --days show all of them');
  if (lines.length > 0) lines.push('');
  const { closer, rotated, retired, destroyed, disabled, inUse } = simulation;
  const counts = `rotations ${rotated}, versions retired ${retired}, destroyed ${destroyed}, keys disabled ${disabled}`;
  lines.push(`Until ${until.slice(0, 10)}, keys looked at ${keys}: ${counts}.`);
  if (closer > 0) lines.push(`A closer policy holds for ${closer} more: this one would have no effect on them.`);
  if (inUse > 0) lines.push(`${inUse} of the versions that would be retired or destroyed are still in use.`);
  return lines.map((line) => `${line}\n`).join('');
}

function lineOf({ action, keyName, keyId, version, rule, usedAt }: SimulatedAction): string {
  const what = `${keyName === null ? keyId : printable(keyName)}${version === null ? '' : ` version ${version}`}`;
  const use = usedAt === null ? '' : `  still in use: ${usedAt.slice(0, 10)}`;
  return `${action.padEnd(8)} ${what.padEnd(36)} ${rule}${use}`;
}
