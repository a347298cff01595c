import type { Import, Source } from './read-source.js';
import {
  COMPOSITION,
  MAY_READ_ENVIRONMENT,
  MODULE_FILES,
  NEST_AT_THE_RIM,
  NEST_FILES,
  PACKAGES_OF_ONE_PLACE,
  ROOMS,
} from './rooms.js';

const MAX_CODE_LINES = 250;
const FORBIDDEN_WORD = /^(utils?|common|helpers?|managers?|impl)$/i;
const FORBIDDEN_DECLARATION = /(Utils?|Helper|Manager|Impl)$|^I[A-Z][a-z]/;
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.(module|controller|guard|filter|door|entity|test|suite|contract))?\.ts$/;

/** Every breach of the rooms' rules, one sentence each. */
export function findViolations(sources: readonly Source[]): string[] {
  return [...sources.flatMap(violationsOf), ...findCycles(sources)];
}

function violationsOf(source: Source): string[] {
  const found = [...nameViolations(source)];
  if (source.codeLines > MAX_CODE_LINES) {
    found.push(`${source.path}: ${source.codeLines} lines of code, more than ${MAX_CODE_LINES}`);
  }
  if (!isRoomFile(source.path)) return found;
  if (source.readsEnvironment && !MAY_READ_ENVIRONMENT.test(source.path)) {
    found.push(`${source.path}: reads process.env; settings come from config`);
  }
  return [...found, ...source.imports.flatMap((imported) => importViolations(source.path, imported))];
}

function isRoomFile(path: string): boolean {
  return path.startsWith('src/') || path.startsWith('migrations/');
}

function nameViolations({ path, declares }: Source): string[] {
  const found: string[] = [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const words = path.split(/[/.-]/);
  const word = words.find((candidate) => FORBIDDEN_WORD.test(candidate));
  if (word !== undefined) found.push(`${path}: "${word}" says nothing; name it for what it does`);
  if (name === 'index.ts') found.push(`${path}: no barrels`);
  if (!FILE_NAME.test(name) && !path.startsWith('migrations/')) found.push(`${path}: not kebab-case`);
  for (const declared of declares) {
    if (FORBIDDEN_DECLARATION.test(declared)) found.push(`${path}: ${declared} is named for its kind, not its work`);
  }
  return found;
}

function importViolations(path: string, imported: Import): string[] {
  const from = roomOf(path);
  const room = ROOMS[from];
  if (!room) return [`${path}: the room ${from} is not in the table`];
  if (imported.file !== undefined) {
    const to = roomOf(imported.file);
    const allowed =
      to === from ||
      room.rooms.includes(to) ||
      room.rooms.includes(imported.file.slice('src/'.length)) ||
      (to === 'config' && MODULE_FILES.test(path));
    return allowed ? [] : [`${path}: ${from} may not import ${imported.file}`];
  }
  return mayUse(path, room.packages, imported.specifier) ? [] : [`${path}: ${from} may not know ${imported.specifier}`];
}

function mayUse(path: string, packages: readonly string[], specifier: string): boolean {
  const place = PACKAGES_OF_ONE_PLACE.get(packageOf(specifier));
  if (place) return place.test(path);
  if (specifier.startsWith('@nestjs/')) return NEST_FILES.test(path) || NEST_AT_THE_RIM.has(path);
  return packages.some((allowed) =>
    allowed.endsWith('/*') ? specifier.startsWith(allowed.slice(0, -1)) : specifier === allowed,
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The longest line of the table that the file lies in. */
export function roomOf(path: string): string {
  if (COMPOSITION.includes(path)) return 'composition';
  const parts = path
    .replace(/^src\//, '')
    .replace(/\.ts$/, '')
    .split('/');
  const nested = parts.slice(0, 2).join('/');
  return parts.length > 2 && nested in ROOMS ? nested : (parts[0] ?? '');
}

/** One sentence for each import cycle between files, types included. */
export function findCycles(sources: readonly Source[]): string[] {
  const imports = new Map(
    sources.map(({ path, imports: list }) => [path, list.flatMap(({ file }) => (file === undefined ? [] : [file]))]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push(`import cycle: ${[...trail.slice(start), path].join(' → ')}`);
    if (start !== -1 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}
