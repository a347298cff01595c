import { Option, type Command } from 'commander';
import type { Campaign, CampaignProgress, CampaignState } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { explain } from '../explain.js';
import { group } from '../group.js';
import { pageSize, take, withListOptions, type ListOptions } from '../listing.js';
import { NotMovedError } from '../not-moved-error.js';
import { whole, wholes } from '../option-values.js';
import { rewrapInventory } from '../rewrap-inventory.js';
import type { OpenSession, Session } from '../session.js';
import { fields } from '../table.js';

interface StartOptions {
  readonly key: string;
  readonly from: readonly number[];
  readonly to: 'primary';
  readonly quiet?: string;
}

interface RunOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly batch?: number;
  readonly progress: boolean;
}

type ListFilters = ListOptions & { readonly key?: string; readonly state?: CampaignState };

export function addCampaignCommands(program: Command, open: OpenSession): void {
  const campaign = group(program, 'campaign', 'Rewrap campaigns: moving ciphertexts from old versions of a key');
  withExamples(
    campaign
      .command('start')
      .requiredOption('--key <key>', 'id, name or alias')
      .requiredOption('--from <version>', 'a version to be left behind; repeat it for more', wholes(1))
      .addOption(new Option('--to <version>', 'where to').choices(['primary']).default('primary'))
      .option('--quiet <duration>', 'close it after so long without use of these versions (default: 30d)')
      .description('Give applications a target: to move what is under old versions of a key to its primary.')
      .action(async (options: StartOptions, command: Command) => {
        const session = open(command);
        session.show(await session.client.campaigns.start(options));
      }),
    'keystead campaign start --key orders --from 3',
    'keystead campaign start --key orders --from 1 --from 2 --quiet 90d',
  );
  addListCommand(campaign, open);
  addRunCommand(campaign, open);
  const add = (name: string, description: string, call: (session: Session, id: string) => Promise<Campaign>): void => {
    withExamples(
      campaign
        .command(name)
        .argument('<id>')
        .description(description)
        .action(async (id: string, _options: object, command: Command) => {
          const session = open(command);
          const made = await call(session, id);
          session.show(made, () => ('traffic' in made ? progressText(made as CampaignProgress) : fields(made)));
        }),
      `keystead campaign ${name} 0198c2f4-…`,
    );
  };
  add('show', 'Show how far a campaign is, and how much still arrives under the old versions.', ({ client }, id) =>
    client.campaigns.get(id),
  );
  add('close', 'Close a campaign that has done what it was for.', ({ client }, id) => client.campaigns.close(id));
  add('cancel', 'Cancel a campaign that is not wanted any more.', ({ client }, id) => client.campaigns.cancel(id));
}

function addListCommand(campaign: Command, open: OpenSession): void {
  withExamples(
    withListOptions(campaign.command('list'))
      .option('--key <key>', 'only about this key of the keyring')
      .addOption(new Option('--state <state>', 'only in this state').choices(['open', 'closed', 'cancelled']))
      .description('List the campaigns of the keyring.')
      .action(async ({ key, state, ...options }: ListFilters, command: Command) => {
        const session = open(command);
        const filters = { keyring: session.keyring, ...(key && { key }), ...(state && { state }) };
        const campaigns = session.client.campaigns.all({ ...filters, limit: pageSize(options) });
        const [items, more] = await take(campaigns, options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['KEY', (item) => item.keyId],
          ['FROM', (item) => item.from.join(' ')],
          ['TO', (item) => item.to],
          ['STATE', (item) => item.state],
          ['REWRAPPED', (item) => item.rewrapped],
          ['FAILED', (item) => item.failed],
          ['STARTED', (item) => item.startedAt],
        ]);
      }),
    'keystead campaign list --state open',
  );
}

function addRunCommand(campaign: Command, open: OpenSession): void {
  withExamples(
    campaign
      .command('run')
      .argument('<id>', 'of the campaign')
      .argument(
        '<file>',
        'JSON Lines: {"id": "17", "ciphertext": "S1NU…", "context": {"order": "17"}}; - for standard input',
      )
      .requiredOption('-o, --output <file>', 'the same lines with the new ciphertexts')
      .option('--force', 'replace the output file if it exists')
      .option('--batch <n>', 'ciphertexts in one request (default: 500)', whole(1, 10_000))
      .option('--no-progress', 'no progress bar')
      .description(
        'Move the ciphertexts of a file. The output gets its name when it is whole; what is broken off goes on when it is run again.',
      )
      .action(async (id: string, file: string, options: RunOptions, command: Command) => {
        const session = open(command);
        const { output, force = false, batch, progress } = options;
        const onReportError = (error: unknown) =>
          session.note(`The campaign was not told of the progress: ${explain(error).detail}\n`);
        const run = { campaign: id, input: file, output, force, progress, onReportError };
        const done = await rewrapInventory(session.client, session.terminal, { ...run, ...(batch && { batch }) });
        session.show(done);
        if (done.failed > 0) {
          throw new NotMovedError(`Ciphertexts that could not be moved: ${done.failed}. See "error" in ${output}.`);
        }
      }),
    'keystead campaign run 0198c2f4-… orders.jsonl -o orders-moved.jsonl',
  );
}

function progressText({ traffic, ...campaign }: CampaignProgress): string {
  const { oldShare, underOld, decryptions, lastUsedAt, lastUsedBy } = traffic;
  const share = oldShare === null ? 'no traffic' : `${(oldShare * 100).toFixed(1)} % (${underOld} of ${decryptions})`;
  return fields({ ...campaign, from: campaign.from.join(' '), underOldVersions: share, lastUsedAt, lastUsedBy });
}
