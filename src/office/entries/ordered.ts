/** Entries in order of their index in a log, with gaps where others lie. */
export function atIndex<T extends { index: number }>(entries: readonly T[], index: number): T | null {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (entries[middle]!.index < index) from = middle + 1;
    else to = middle;
  }
  return entries[from]?.index === index ? entries[from]! : null;
}
