/** What the log's key signs for a stream. It can be taken for no checkpoint: its first line is no origin. */
export function certificateText(origin: string, stream: string, publicKey: Buffer): string {
  return `keystead.audit/stream@v1\n${origin}\n${stream}\n${publicKey.toString('base64')}\n`;
}
