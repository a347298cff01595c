import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import type { OpenSession } from '../session.js';

export function addAuditCreateSignerCommand(audit: Command, open: OpenSession): void {
  withExamples(
    audit
      .command('create-signer')
      .argument('<file>', 'where to; an existing file is left alone')
      .description(
        'Make the key that signs the audit log, for the first start of several nodes: each needs the same file (KEYSTEAD_AUDIT_SIGNER). Works without a server. Shows the verifier key, which the auditors need.',
      )
      .action(async (file: string, _options: object, command: Command) => {
        const session = open(command);
        // What it needs takes longer to load than most commands.
        const { createLogSigner } = await import('../../admin/create-log-signer.js');
        session.show(await createLogSigner(file));
      }),
    'keystead audit create-signer /etc/keystead/audit-signer.json',
  );
}
