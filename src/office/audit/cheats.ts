/**
 * What a cheating maker can do and what comes of it, as it is printed: each bounded, contradicted, refused, shown without a
 * contradiction, or not seen. Each names the test that tries it; the table in docs/audit.md is this one.
 */
interface Cheat {
  cheat: string;
  comes: "bounded" | "contradicted" | "refused" | "refuted where drawn" | "stands out" | "not opened" | "not seen";
  says: string;
  /** Title of the test, or how it begins. */
  test: string;
}

export const CHEATS: readonly Cheat[] = [
  {
    cheat: "a tenth of the rows breaks a declared rule",
    comes: "contradicted",
    says: "missed with C(N−m, k)/C(N, k): 3 in 10⁵ at a tenth and k = 100",
    test: "a tenth of the rows breaks the declared rule: contradicted",
  },
  {
    cheat: "a few rows break a declared rule",
    comes: "bounded",
    says: "missed with C(N−m, k)/C(N, k), and then covered by the bound at 0.95",
    test: "three of 4,096 rows break it: may be missed, and the bound then covers them",
  },
  {
    cheat: "bad rows are not opened",
    comes: "not opened",
    says: "they count as bad in every bound",
    test: "bad rows are not opened: they count as bad",
  },
  {
    cheat: "the draw is refused",
    comes: "not opened",
    says: "nothing is bounded, and the refusal is logged",
    test: "the whole draw is refused: nothing is bounded",
  },
  {
    cheat: "clean rows of one token as padding",
    comes: "contradicted",
    says: "a draw of tokens is not diluted",
    test: "padding with clean rows of one token: rows are diluted, tokens are not",
  },
  {
    cheat: "a second chain of rows over the same token positions",
    comes: "contradicted",
    says: "where rows drawn beside the tokens lie in it; bounded as a share of rows else",
    test: "a second chain of rows over the same token positions",
  },
  {
    cheat: "too little data for the declared steps, or data that they would not use",
    comes: "stands out",
    says: "the sum of tokens; padding, packing and cut rows look the same",
    test: "data that the declared steps would not use",
  },
  {
    cheat: "another schedule than declared",
    comes: "stands out",
    says: "and a bound says how many committed rows may differ",
    test: "another schedule than declared: shown, and bounded near all rows",
  },
  {
    cheat: "larger batches than declared",
    comes: "stands out",
    says: "and a bound says how many committed rows may differ",
    test: "larger batches than declared",
  },
  {
    cheat: "another stride than declared",
    comes: "stands out",
    says: "and a bound says how many committed rows may differ",
    test: "a stride that was not declared",
  },
  {
    cheat: "last year's log",
    comes: "stands out",
    says: "rows dated before the opening, and how many; a resumed run's earlier rows and a wrong clock look the same",
    test: "a log of last year's run: every row stands out",
  },
  {
    cheat: "rows dated after a witness had seen them",
    comes: "stands out",
    says: "and how many; a clock that is ahead looks the same",
    test: "rows that are all dated after their witness, or some of them: stand out",
  },
  {
    cheat: "a commitment dated forward by a round that was not out",
    comes: "contradicted",
    says: "its witness saw it before the round",
    test: "a witness before the round that the commitment names: contradicted",
  },
  {
    cheat: "more steps than the declared hardware can take",
    comes: "stands out",
    says: "a mixture of experts, and a resumed run, look the same",
    test: "steps faster than the declared hardware",
  },
  {
    cheat: "checkpoints out of order",
    comes: "stands out",
    says: "a run that went back looks the same",
    test: "checkpoints out of order: stands out",
  },
  {
    cheat: "another model released than the last checkpoint",
    comes: "stands out",
    says: "by its root; an export that was logged is run again and compared tensor by tensor",
    test: "another model is released than the last checkpoint",
  },
  {
    cheat: "rows changed or taken away after they were committed",
    comes: "refused",
    says: "the tree's proofs do not hold",
    test: "committed rows cannot be changed, and a run takes no rows away",
  },
  {
    cheat: "two runs sewn together",
    comes: "stands out",
    says: "honest runs have spikes and restarts",
    test: "two runs sewn together: stands out",
  },
  {
    cheat: "false counts in the training summary",
    comes: "contradicted",
    says: "where the drawn units are as many, or as few, with less than the level",
    test: "a count too small, a count too large: contradicted",
  },
  {
    cheat: "a path of checkpoints drawn afterwards between two ends",
    comes: "refuted where drawn",
    says: "s segments run again n times each miss it by the length of a step, by chance in (n + 1)⁻ˢ at most",
    test: "a straight line between a draw and a stolen model: every segment",
  },
  {
    cheat: "one false segment of many",
    comes: "stands out",
    says: "where it is drawn, 1 − C(S−m, s)/C(S, s); one miss refutes only after 999 new runs",
    test: "one false segment of five: stands out as often as it is drawn",
  },
  {
    cheat: "a path whose segments were computed to run again",
    comes: "not seen",
    says: "which is why running again only refutes",
    test: "NOT SEEN: a path that was computed to run again",
  },
  {
    cheat: "data that was used and never committed",
    comes: "not seen",
    says: "every number is of committed rows",
    test: "NOT SEEN: data that was used and never committed",
  },
  {
    cheat: "a row that lies about itself, such as its licence",
    comes: "not seen",
    says: "a row is its maker's word at a time",
    test: "NOT SEEN: a row that says it is cc0 and is not",
  },
  {
    cheat: "a log that was invented whole inside its interval",
    comes: "not seen",
    says: "running drawn segments again may refute it",
    test: "NOT SEEN: a log that was invented whole",
  },
  {
    cheat: "runs that were never opened in a log",
    comes: "not seen",
    says: "all runs of a key are listed, abandoned ones too; others are not",
    test: "NOT SEEN: runs that were never opened",
  },
];
