/**
 * Token counts that the servers stated, side by side: an exhibit. One tokenizer and one template differ by one number at
 * every prompt; another tokenizer, or counts made up, by many. It is no evidence of shared weights, and of none.
 */

/** Prompt tokens stated, by prompt. */
export type TokenCounts = ReadonlyMap<string, number>;

interface TokenExhibit {
  /** Prompts for which both sides stated a count. */
  prompts: number;
  /** The commonest difference, the endpoint's less the reference's, and at how many prompts it stands. */
  offset: number;
  atOffset: number;
  /** Sum of the endpoint's counts, less that offset each, over the sum of the reference's. */
  ratio: number;
}

/** null where the two state counts for fewer than ten prompts in common. */
export function tokenExhibit(reference: TokenCounts, endpoint: TokenCounts): TokenExhibit | null {
  const both = [...reference].flatMap(([id, count]) => {
    const other = endpoint.get(id);
    return other === undefined ? [] : [{ count, other }];
  });
  if (both.length < 10) return null;
  const times = new Map<number, number>();
  for (const { count, other } of both) times.set(other - count, (times.get(other - count) ?? 0) + 1);
  const [offset, atOffset] = [...times].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]!;
  const own = both.reduce((sum, { count }) => sum + count, 0);
  const others = both.reduce((sum, { other }) => sum + other - offset, 0);
  return { prompts: both.length, offset, atOffset, ratio: own > 0 ? Math.round((1e4 * others) / own) / 1e4 : 0 };
}
