/** Every edit of a single entry of a case's bundle: taken away, doubled, exchanged, moved to the end, changed by one bit. */
export interface Edit {
  what: string;
  files: Map<string, Uint8Array>;
}

const PARTS = ["record", "bundle"] as const;
const path = (seq: number, part: string) => `entries/${String(seq).padStart(6, "0")}.${part}.json`;

export function* singleEdits(files: ReadonlyMap<string, Uint8Array>): Generator<Edit> {
  const count = [...files.keys()].filter((name) => name.endsWith(".record.json")).length;
  const entries = Array.from({ length: count }, (_, seq) => PARTS.map((part) => files.get(path(seq, part))!));
  const others = [...files].filter(([name]) => !name.startsWith("entries/"));
  const ordered = (order: readonly number[]) =>
    new Map([
      ...others,
      ...order.flatMap((from, to) => PARTS.map((part, n) => [path(to, part), entries[from]![n]!] as const)),
    ]);
  const all = entries.map((_, seq) => seq);
  for (const seq of all) {
    const rest = all.filter((each) => each !== seq);
    yield { what: `entry ${seq} taken away`, files: ordered(rest) };
    yield { what: `entry ${seq} doubled`, files: ordered([...all.slice(0, seq), seq, ...all.slice(seq)]) };
    if (seq + 1 < count) {
      const exchanged = [...all];
      [exchanged[seq], exchanged[seq + 1]] = [seq + 1, seq];
      yield { what: `entries ${seq} and ${seq + 1} exchanged`, files: ordered(exchanged) };
    }
    if (seq + 2 < count) yield { what: `entry ${seq} moved to the end`, files: ordered([...rest, seq]) };
    for (const [n, part] of PARTS.entries()) {
      const bytes = Uint8Array.from(entries[seq]![n]!);
      const at = (seq * 37 + 11) % bytes.length;
      bytes[at] = bytes[at]! ^ 1;
      yield { what: `one bit of the ${part} of entry ${seq}`, files: new Map([...files, [path(seq, part), bytes]]) };
    }
  }
}
