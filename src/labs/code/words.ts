/** The sentences every finding of this laboratory carries: its assumption, what else could explain it, what it cannot see. */

export const ASSUMPTION =
  "The makers of the index wrote independently of both sides, or from sources that are in the index. A rank is exact only if the suspect, were it unrelated, is exchangeable with them.";

export const ALTERNATIVES = [
  "Both sides took the shared units from a third source that is not in the index: in code for machine learning this is the normal case, and a reader must look at the units.",
  "One author wrote for both sides, at two employers or on two occasions.",
  "Both sides had the units written by the same code assistant.",
  "A standard, a checkpoint format or an interface dictates the text.",
  "The claimant took the units from the suspect: containment has no direction.",
] as const;

export const LIMITS = [
  "It sees tokens with all names hidden. Ideas, structure above the statement, and code rewritten by hand or by a language model may leave no common run of 16 tokens.",
  "A function whose body has 24 tokens or fewer leaves no print, and a small share of a unit may not be seen: of copies of 15 % of a file the study found 60 % in Python and 10 and 15 % in Rust and Go.",
  "That none of 23,162 unrelated pairs was accused holds after reading: 6 pairs of TypeScript, Go and C++ stood above the bound until the third source of what they share was named, by a reader who had made the rule and seen the scores; and one pair of Python, a library and a package that carries it, was set aside by a correction after the run.",
  "The head of a licence is no sign of a third source where a tree's files usually bear it: two trees that took in one file under such a head, without its holder's name, from a maker who is not in the index cannot be told from a copy.",
  "Functions that bear the names of compilers' helpers (two underscores and a word, in TypeScript and JavaScript) are skipped, an author's own of that form as well.",
  "Code carried into another language shares no prints with its source.",
  "What is exclusive depends on the index: a thin index makes public code look exclusive.",
  "Dates in a repository, odd constants, common misspellings and rare strings are not weighed: their holder can set or explain them.",
  "It says nothing about direction, intent, ownership, licence or legality.",
] as const;
