import { existsSync, readFileSync } from 'node:fs';

/** The version in the package's own package.json, wherever the code runs from (built or not). */
export function packageVersion(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) {
      const { name, version }: { readonly name?: string; readonly version?: string } = JSON.parse(
        readFileSync(file, 'utf8'),
      );
      if (name === 'keystead' && version !== undefined) return version;
    }
    if (folder.pathname === '/') return 'unknown';
  }
}
