/** `*` stands for any text, `?` for one character. No pattern makes it take longer than their lengths multiplied. */
export function globOf(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const least = pattern.replaceAll('*', '').length;
  return (text) => {
    if (text.length < least) return false;
    let [at, from, star, retry] = [0, 0, -1, 0];
    while (at < text.length) {
      if (pattern[from] === '*') {
        star = from++;
        retry = at;
      } else if (pattern[from] === '?' || pattern[from] === text[at]) {
        at++;
        from++;
      } else if (star >= 0) {
        from = star + 1;
        at = ++retry;
      } else return false;
    }
    while (pattern[from] === '*') from++;
    return from === pattern.length;
  };
}
