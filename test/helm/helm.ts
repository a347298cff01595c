import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

const CHART = resolve('helm/keystead');

/** helm on the PATH, or where `go install` puts it; undefined: there is none. */
export const HELM = ['helm', join(homedir(), 'go/bin/helm')].find(
  (command) => spawnSync(command, ['version'], { stdio: 'ignore' }).status === 0,
);

/** One object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into objects of every shape
  readonly spec: any;
}

export interface Rendered {
  readonly text: string;
  readonly error: string;
  readonly manifests: readonly Manifest[];
}

/** The chart as `helm install keystead --namespace kms -f <values>` would send it. @param values a file, or YAML text */
export function render(values: string): Rendered {
  const isFile = existsSync(values);
  const { stdout, stderr } = spawnSync(
    HELM ?? 'helm',
    ['template', 'keystead', CHART, '--namespace', 'kms', '--kube-version', '1.31.0', '-f', isFile ? values : '-'],
    { encoding: 'utf8', input: isFile ? '' : values },
  );
  const manifests = parseAllDocuments(stdout)
    .map((document): unknown => document.toJS())
    .filter((it): it is Manifest => it !== null);
  return { text: stdout, error: stderr, manifests };
}
