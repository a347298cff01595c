import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config/config.js';
import { SETTINGS } from '../../src/config/settings.js';
import { HELM, render, type Manifest } from './helm.js';

const VALUES = {
  vault: 'test/helm/values/vault.yaml',
  file: 'test/helm/values/file.yaml',
  proxy: 'test/helm/values/proxy.yaml',
  sealed: 'test/helm/values/sealed.yaml',
  dev: 'helm/keystead/values-dev.yaml',
};
const FILES = Object.entries(VALUES);
/** What secrets hold without which a configuration is none. */
const REFERRED: Readonly<Record<string, string>> = {
  KEYSTEAD_DATABASE_URL: 'postgres://keystead@db/keystead',
  KEYSTEAD_ROOT_KEY: 'vault+https://vault.example/transit/keystead',
};

if (!HELM) process.stderr.write('skipped: the chart is not rendered, helm is not here (.ci/run installs it by Go)\n');
const withHelm = HELM ? describe : describe.skip;

withHelm('the chart', () => {
  it.each(FILES)('renders as before: %s', (_, file) => {
    const { text, error } = render(file);
    expect(error).toBe('');
    expect(text).toMatchSnapshot();
  });

  it.each(FILES)('is what Kubernetes, cert-manager and Prometheus take: %s', async (_, file) => {
    const { manifests } = render(file);
    expect(manifests.length).toBeGreaterThan(3);
    for (const manifest of manifests) await mustBeValid(manifest);
  });

  it.each(FILES)('keeps the restricted pod security standard: %s', (_, file) => {
    for (const { spec } of pods(render(file).manifests)) {
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(spec).toMatchObject({ automountServiceAccountToken: false });
      expect(spec).not.toHaveProperty('hostNetwork');
      for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits.memory).toBeDefined();
      }
    }
  });

  it.each(FILES)('gives settings that the service knows, and no secret among them: %s', (_, file) => {
    const environment: Record<string, string> = {};
    for (const { spec } of pods(render(file).manifests).filter(({ kind }) => kind === 'Deployment')) {
      for (const { name, value } of spec.containers[0].env) {
        // The latter is read by Node.js itself.
        expect([...Object.keys(SETTINGS), 'NODE_EXTRA_CA_CERTS']).toContain(name);
        environment[name] = value ?? REFERRED[name] ?? '';
      }
    }
    const isExternal = 'KEYSTEAD_DATABASE_URL' in environment;
    expect(readConfig(environment)).toMatchObject({ KEYSTEAD_PORT: 7300, KEYSTEAD_MIGRATE: !isExternal });
  });

  it('mounts what it tells Node.js to trust, in the pods and in the migration job', () => {
    const both = pods(render(VALUES.vault).manifests);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['Deployment', 'Job']);
    for (const { spec } of both) {
      const [{ env, volumeMounts }] = spec.containers;
      const { value } = env.find(({ name }: { name: string }) => name === 'NODE_EXTRA_CA_CERTS');
      const { name } = volumeMounts.find(
        ({ mountPath }: { mountPath: string }) => value === `${mountPath}/authorities.pem`,
      );
      expect(spec.volumes).toContainEqual({ name, configMap: { name: 'keystead-trusted-ca' } });
    }
  });

  it('copies the root key file, and the next one, so that the service takes them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keystead-chart-'));
    try {
      const [deployment] = pods(render(VALUES.file).manifests).filter(({ kind }) => kind === 'Deployment');
      const [init] = deployment?.spec.initContainers ?? [];
      const [from, to] = [join(folder, 'secret'), join(folder, 'root')];
      // As the kubelet lays a secret out.
      await mkdir(join(from, '..2026'), { recursive: true });
      await mkdir(to);
      await symlink('..2026', join(from, '..data'));
      for (const name of ['root.key', 'next.key']) {
        await writeFile(join(from, '..2026', name), name, { mode: 0o440 });
        await symlink(`..data/${name}`, join(from, name));
      }
      expect(init.args).toEqual(['/secret', '/etc/keystead/root']);
      // Twice: an init container may run again over what it left.
      for (let round = 0; round < 2; round++) {
        expect(spawnSync(process.execPath, [...init.command.slice(1), from, to]).status).toBe(0);
      }
      expect(await readdir(to)).toEqual(['next.key', 'root.key']);
      for (const name of await readdir(to)) {
        expect(await readFile(join(to, name), 'utf8')).toBe(name);
        expect((await stat(join(to, name))).mode & 0o777).toBe(0o600);
      }
      const [service] = deployment?.spec.containers ?? [];
      expect(service.volumeMounts).toContainEqual({ name: 'root', mountPath: '/etc/keystead/root', readOnly: true });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const audit = 'audit: { signerSecret: { name: keystead-audit } }';
  const vault = `rootKey: { uri: vault+https://v/transit/k }\n${audit}`;
  it.each([
    ['no root key', audit, 'rootKey'],
    ['no key of the audit log', 'rootKey: { uri: vault+https://v/transit/k }', '/audit/signerSecret/name'],
    [
      'a passphrase that is nowhere',
      `rootKey: { fileSecret: { name: x }, scheme: passphrase }\n${audit}`,
      'secretSettings',
    ],
    ['an HSM without its PIN', `rootKey: { uri: 'pkcs11:token=t' }\n${audit}`, 'secretSettings'],
    ['two root keys', `rootKey: { uri: vault+https://v/transit/k, fileSecret: { name: x } }\n${audit}`, 'rootKey'],
    [
      'a root key here and in a secret',
      `${vault}\nsecretSettings: { KEYSTEAD_ROOT_KEY: { name: x, key: uri } }`,
      '/rootKey/uri',
    ],
    ['a root key of no provider', `rootKey: { uri: file:/x }\n${audit}`, '/rootKey/uri'],
    ['a passphrase as a value', `${vault}\nsettings: { KEYSTEAD_ROOT_PASSPHRASE: x }`, 'KEYSTEAD_ROOT_PASSPHRASE'],
    ['a PIN as a value', `${vault}\nsettings: { KEYSTEAD_PKCS11_PIN: 1 }`, 'KEYSTEAD_PKCS11_PIN'],
    ['a secret as a value', `${vault}\nsettings: { KEYSTEAD_VAULT_TOKEN: hvs.x }`, 'KEYSTEAD_VAULT_TOKEN'],
    ['a setting that the chart decides', `${vault}\nsettings: { KEYSTEAD_HOST: 0.0.0.0 }`, 'KEYSTEAD_HOST'],
    ['a misspelt value', `${vault}\nreplica: 3`, 'replica'],
    ['several pods on the embedded database', 'database: { embedded: true }\nreplicas: 2', '/replicas'],
    ['plain HTTP in production', `${vault}\ntls: { mode: none }`, '/tls/mode'],
    ['cert-manager without an issuer', `${vault}\ntls: { mode: certManager }`, 'issuerRef'],
    ['a digest that is none', `${vault}\nimage: { digest: latest }`, '/image/digest'],
  ])('refuses %s', (_, values, words) => {
    const { text, error } = render(values);
    expect(text).toBe('');
    expect(error).toContain("values don't meet the specifications of the schema");
    expect(error).toContain(words);
  });
});

interface Pod {
  readonly kind: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into objects of every shape
  readonly spec: any;
}

function pods(manifests: readonly Manifest[]): Pod[] {
  const templated = manifests.filter(({ spec }) => spec?.template !== undefined);
  return templated.map(({ kind, spec }) => ({ kind, spec: spec.template.spec }));
}

/** By the published schemas, which know every field. */
async function mustBeValid(manifest: Manifest): Promise<void> {
  const own: Record<string, string> = {
    'cert-manager.io/v1': '@kubernetes-models/cert-manager/',
    'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/',
  };
  const { apiVersion, kind } = manifest;
  const models = (await import(`${own[apiVersion] ?? 'kubernetes-models/'}${apiVersion}`)) as Record<
    string,
    new (manifest: Manifest) => { validate: () => void }
  >;
  const Model = models[kind];
  if (!Model) throw new Error(`no schema of ${apiVersion} ${kind}`);
  expect(() => new Model(manifest).validate()).not.toThrow();
}
