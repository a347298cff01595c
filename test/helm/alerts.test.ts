import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const RULES = resolve('helm/keystead/alerts.yaml');
const hasPromtool = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;
if (!hasPromtool) process.stderr.write('skipped: the alert rules, promtool is not here (.ci/run takes Debian’s)\n');
const withPromtool = hasPromtool ? describe : describe.skip;

type Labels = Readonly<Record<string, string>>;
type Series = Readonly<Record<string, string>>;

interface Rule {
  readonly alert: string;
  readonly labels: Labels;
  readonly annotations: Labels;
}

const node = '{job="keystead",instance="a"}';
/** Half an hour or more, a value a minute: Prometheus' own notation. */
const BUCKETS = (name: string, rest: string, fast: number, slow: number): Series => ({
  [`${name}_bucket{job="keystead",${rest}le="0.05"}`]: `0+${fast}x60`,
  [`${name}_bucket{job="keystead",${rest}le="0.5"}`]: `0+${fast}x60`,
  [`${name}_bucket{job="keystead",${rest}le="10"}`]: `0+${fast + slow}x60`,
  [`${name}_bucket{job="keystead",${rest}le="+Inf"}`]: `0+${fast + slow}x60`,
});
const operations = (outcome: string) =>
  `keystead_operations_total{job="keystead",operation="encrypt",outcome="${outcome}"}`;

/** What makes each of them fire at minute 40, and by which labels. */
const FIRING: readonly (readonly [alert: string, series: Series, labels: Labels])[] = [
  [
    'KeysteadIntegrityFailure',
    { [`keystead_integrity_failures_total${node}`]: '0x35 1x25' },
    { job: 'keystead', instance: 'a' },
  ],
  ['KeysteadDown', { [`up${node}`]: '1x20 0x40' }, {}],
  [
    'KeysteadErrors',
    { [operations('success')]: '0+90x60', [operations('error')]: '0+10x60' },
    { operation: 'encrypt' },
  ],
  ['KeysteadDeniedSpike', { [operations('denied')]: '_x28 0+600x35' }, {}],
  ['KeysteadSlow', BUCKETS('keystead_operation_duration_seconds', 'operation="sign",', 90, 10), {}],
  ['KeysteadAuditSlow', BUCKETS('keystead_audit_append_seconds', '', 90, 10), {}],
  ['KeysteadAuditNotSigned', { [`keystead_audit_log_failing${node}`]: '0x20 1x40' }, { job: 'keystead' }],
  ['KeysteadAuditBehind', { [`keystead_audit_unsigned${node}`]: '0+20000x60' }, { job: 'keystead' }],
  ['KeysteadAuditNotDelivered', { [`keystead_audit_sinks_failing${node}`]: '1x60' }, { job: 'keystead' }],
  [
    'KeysteadRootUnreachable',
    { 'keystead_ready{job="keystead",instance="a",check="root-key"}': '1x20 0x40' },
    { job: 'keystead' },
  ],
  ['KeysteadOverdueRotation', { [`keystead_overdue_keys${node}`]: '3x60' }, { job: 'keystead' }],
  [
    'KeysteadColdCache',
    {
      [`keystead_loaded_versions_hits_total${node}`]: '0+300x60',
      [`keystead_loaded_versions_asked_total${node}`]: '0+1200x60',
    },
    { instance: 'a' },
  ],
];

/** A service that does well. */
const QUIET: Series = {
  [`up${node}`]: '1x60',
  [`keystead_integrity_failures_total${node}`]: '0x60',
  [operations('success')]: '0+1000x60',
  [operations('error')]: '0+1x60',
  [operations('denied')]: '0+5x60',
  ...BUCKETS('keystead_operation_duration_seconds', 'operation="sign",', 1000, 0),
  ...BUCKETS('keystead_audit_append_seconds', '', 1000, 0),
  [`keystead_audit_log_failing${node}`]: '0x60',
  [`keystead_audit_unordered${node}`]: '50x60',
  [`keystead_audit_unsigned${node}`]: '50x60',
  [`keystead_audit_unsearchable${node}`]: '900000x60',
  [`keystead_audit_sinks_failing${node}`]: '0x60',
  [`keystead_audit_checkpoint_targets_failing${node}`]: '0x60',
  [`keystead_audit_witnesses_failing${node}`]: '0x60',
  'keystead_ready{job="keystead",instance="a",check="root-key"}': '1x60',
  [`keystead_overdue_keys${node}`]: '0x60',
  [`keystead_loaded_versions_hits_total${node}`]: '0+1100x60',
  [`keystead_loaded_versions_asked_total${node}`]: '0+1200x60',
};

withPromtool('the alert rules', () => {
  let directory: string;
  let rules: readonly Rule[];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keystead-alerts-'));
    rules = parse(await readFile(RULES, 'utf8')).groups.flatMap((group: { rules: Rule[] }) => group.rules);
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('are rules, each with a case below', () => {
    expect(spawnSync('promtool', ['check', 'rules', RULES]).status).toBe(0);
    expect(FIRING.map(([alert]) => alert)).toEqual(rules.map(({ alert }) => alert));
  });

  it.each(FIRING)('%s fires when it should', async (alert, series, labels) => {
    await mustBe(series, [{ alert, labels }]);
  });

  it('are silent while all is well', async () => {
    await mustBe(QUIET, []);
  });

  async function mustBe(series: Series, firing: readonly { alert: string; labels: Labels }[]): Promise<void> {
    const asked = firing.length > 0 ? rules.filter(({ alert }) => alert === firing[0]?.alert) : rules;
    const tests = {
      rule_files: [RULES],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          alert_rule_test: asked.map((rule) => ({
            eval_time: '40m',
            alertname: rule.alert,
            exp_alerts: firing.map(({ labels }) => ({
              exp_labels: { ...rule.labels, ...labels },
              exp_annotations: filled(rule.annotations, labels),
            })),
          })),
        },
      ],
    };
    const path = join(directory, 'tests.json');
    await writeFile(path, JSON.stringify(tests));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', path], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  }
});

function filled(annotations: Labels, labels: Labels): Labels {
  const fill = (text: string) => text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '');
  return Object.fromEntries(Object.entries(annotations).map(([name, text]) => [name, fill(text)]));
}
