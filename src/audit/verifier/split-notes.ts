const NOTE = /[^\u2014][\s\S]*?\n\n(?:\u2014 [^\n]*\n)+/gu;

/** The signed notes of a file into which one after another was written. */
export function splitNotes(text: string): string[] {
  return (text.match(NOTE) ?? []).map((note) => note.replace(/^\n+/, ''));
}
