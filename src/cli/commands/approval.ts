import { Option, type Command } from 'commander';
import type { Approval, ApprovalState } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession, Session } from '../session.js';

const STATES = ['pending', 'approved', 'executed', 'rejected', 'cancelled', 'expired'] as const;

interface Verb {
  readonly name: string;
  readonly description: string;
  readonly call: (session: Session, id: string) => Promise<Approval>;
}

const VERBS: readonly Verb[] = [
  { name: 'show', description: 'Show one request.', call: ({ client }, id) => client.approvals.get(id) },
  {
    name: 'approve',
    description: 'Approve a request, with a second factor or a client certificate.',
    call: ({ client }, id) => client.approvals.approve(id),
  },
  {
    name: 'reject',
    description: 'Reject a request, which ends it.',
    call: ({ client }, id) => client.approvals.reject(id),
  },
  { name: 'cancel', description: 'Take your own request back.', call: ({ client }, id) => client.approvals.cancel(id) },
];

export function addApprovalCommands(program: Command, open: OpenSession): void {
  const approval = group(program, 'approval', 'Requests under dual control; --approval ID carries an approved one out');
  withExamples(
    withListOptions(approval.command('list'))
      .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
      .description('List the requests: your own, and those of your places.')
      .action(async ({ state, ...options }: ListOptions & { readonly state?: ApprovalState }, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.approvals.all(state === undefined ? {} : { state }), options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['OPERATION', (item) => item.operation],
          ['REQUESTER', (item) => item.requesterName ?? item.requester],
          ['STATE', (item) => item.state],
          ['GUARDED', (item) => item.guarded],
          ['APPROVED BY', (item) => item.decisions.map(({ callerName, caller }) => callerName ?? caller).join(' ')],
          ['EXPIRES', (item) => item.expiresAt],
        ]);
      }),
    'keystead approval list --state pending',
  );
  for (const { name, description, call } of VERBS) {
    withExamples(
      approval
        .command(name)
        .argument('<id>')
        .description(description)
        .action(async (id: string, _options: object, command: Command) => {
          const session = open(command);
          session.show(await call(session, id));
        }),
      `keystead approval ${name} 0198c2f4-…`,
    );
  }
}
