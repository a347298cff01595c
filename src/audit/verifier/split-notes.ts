const isSignature = (line: string | undefined) => line?.startsWith('\u2014 ') === true;

/** The signed notes of a file into which one after another was written. What has no signature is none. */
export function splitNotes(text: string): string[] {
  const notes: string[] = [];
  let note: string[] = [];
  for (const line of [...text.split('\n'), '']) {
    if (isSignature(note.at(-1)) && !isSignature(line)) {
      notes.push(`${note.join('\n')}\n`);
      note = [];
    }
    if (line !== '' || note.length > 0) note.push(line);
  }
  return notes;
}
