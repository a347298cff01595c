import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The version of the package that this file belongs to, wherever it was built to. */
export function serviceVersion(): string {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    const file = readIfThere(fileURLToPath(new URL('package.json', folder)));
    if (file !== undefined) return versionIn(file);
    if (folder.pathname === '/') return '0.0.0';
  }
}

function versionIn(file: string): string {
  const { version }: { readonly version: string } = JSON.parse(file);
  return version;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
