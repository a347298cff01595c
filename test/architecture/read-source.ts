import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { parse } from '@swc/core';

/** One import, export-from, dynamic import or `import('…')` type. */
export interface Import {
  /** As written: `node:fs`, `../errors.js`. */
  readonly specifier: string;
  /** The imported source file, from the root of the repository; undefined for packages and built-ins. */
  readonly file: string | undefined;
}

/** What the rules look at in one source file. */
export interface Source {
  /** From the root of the repository: `src/crypto/hkdf.ts`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Names of the classes, interfaces and functions that it declares. */
  readonly declares: readonly string[];
  /** Whether it touches `process.env`, destructured or not. */
  readonly readsEnvironment: boolean;
  /** Lines that are neither blank nor comment. */
  readonly codeLines: number;
}

/** Reads every TypeScript file below the given folders. */
export async function readSources(root: string, folders: readonly string[]): Promise<Source[]> {
  const listings = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true });
      return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
    }),
  );
  const sources: Source[] = [];
  for (const path of listings.flat().toSorted()) {
    sources.push(await readSource(path, await readFile(join(root, path), 'utf8')));
  }
  return sources;
}

export async function readSource(path: string, text: string): Promise<Source> {
  const found = { specifiers: [] as string[], declares: [] as string[], readsEnvironment: false };
  for (const node of nodesOf(await parseSource(path, text))) collect(node, found);
  return {
    path,
    imports: found.specifiers.map((specifier) => ({ specifier, file: fileOf(path, specifier) })),
    declares: found.declares,
    readsEnvironment: found.readsEnvironment,
    codeLines: countCodeLines(text),
  };
}

async function parseSource(path: string, text: string): Promise<unknown> {
  try {
    return await parse(text, { syntax: 'typescript', decorators: true, target: 'es2023' });
  } catch (error) {
    throw new Error(`${path} is not TypeScript`, { cause: error });
  }
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

function collect(
  node: Node,
  found: { readonly specifiers: string[]; readonly declares: string[]; readsEnvironment: boolean },
): void {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      push(found.specifiers, valueOf(node['source']));
      break;
    case 'TsImportType':
      push(found.specifiers, valueOf(node['argument']));
      break;
    case 'CallExpression':
      if (typeOf(node['callee']) === 'Import') push(found.specifiers, dynamicTarget(node['arguments']));
      break;
    case 'ClassDeclaration':
    case 'FunctionDeclaration':
      push(found.declares, valueOf(node['identifier']));
      break;
    case 'TsInterfaceDeclaration':
      push(found.declares, valueOf(node['id']));
      break;
    case 'MemberExpression':
      if (valueOf(node['object']) === 'process' && propertyName(node['property']) === 'env') {
        found.readsEnvironment = true;
      }
      break;
    case 'VariableDeclarator':
      if (valueOf(node['init']) === 'process' && takesEnv(node['id'])) found.readsEnvironment = true;
      break;
    default:
  }
}

/** Every node of the tree, in source order. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesOf(item);
  } else if (isObject(value)) {
    if (isNode(value)) yield value;
    yield* nodesOf(Object.values(value));
  }
}

/** A dynamic import of anything but a literal is named as such: no rule can follow it. */
function dynamicTarget(args: unknown): string {
  const first: unknown = Array.isArray(args) ? args[0] : undefined;
  const expression = isObject(first) ? first['expression'] : undefined;
  return typeOf(expression) === 'StringLiteral' ? (valueOf(expression) ?? '') : '(computed import)';
}

function takesEnv(pattern: unknown): boolean {
  if (!isObject(pattern) || pattern['type'] !== 'ObjectPattern' || !Array.isArray(pattern['properties'])) return false;
  return pattern['properties'].some((property) => isObject(property) && propertyName(property['key']) === 'env');
}

/** `env` of `.env` and of `['env']`. */
function propertyName(property: unknown): string | undefined {
  return typeOf(property) === 'Computed' && isObject(property) ? valueOf(property['expression']) : valueOf(property);
}

function valueOf(node: unknown): string | undefined {
  return isObject(node) && typeof node['value'] === 'string' ? node['value'] : undefined;
}

function typeOf(node: unknown): unknown {
  return isObject(node) ? node['type'] : undefined;
}

function isNode(value: Readonly<Record<string, unknown>>): value is Node {
  return typeof value['type'] === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function push(list: string[], value: string | undefined): void {
  if (value !== undefined) list.push(value);
}

function fileOf(importer: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(importer), specifier)).replace(/\.js$/, '.ts') : undefined;
}

/** Comments are whole lines in this code base: prettier moves nothing onto a line of `/*` or `//`. */
function countCodeLines(text: string): number {
  let inComment = false;
  let count = 0;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (!inComment && line.startsWith('/*')) inComment = true;
    const comment = inComment || line.startsWith('//');
    if (inComment && line.endsWith('*/')) inComment = false;
    if (!comment && line !== '') count += 1;
  }
  return count;
}
