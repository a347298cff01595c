import { Prompt } from './prompt.js';
import type { Session } from './session.js';
import { UsageError } from './usage-error.js';

/** Asks, and lets the process end afterwards. */
export async function withPrompt(session: Session, work: (prompt: Prompt) => Promise<void>): Promise<void> {
  const prompt = new Prompt(session.terminal);
  try {
    await work(prompt);
  } finally {
    prompt.close();
  }
}

/** A new secret, asked for twice. @throws UsageError if the answers differ */
export async function chooseSecret(prompt: Prompt, question: string): Promise<string> {
  const chosen = await prompt.askSecret(question);
  if (chosen !== (await prompt.askSecret(`${question} again`))) throw new UsageError('The two are not the same.');
  return chosen;
}
