/** The sentences every finding of this laboratory carries: its assumption, what else could explain it, what it cannot see. */

export const ASSUMPTION =
  "The makers of the index wrote independently of both sides, or from sources that are in the index. A rank is exact only if the suspect, were it unrelated, is exchangeable with them.";

export const ALTERNATIVES = [
  "Both sides took the shared units from a third source that is not in the index: in code for machine learning this is the normal case, and a reader must look at the units.",
  "One author wrote for both sides, at two employers or on two occasions.",
  "Both sides had the units written by the same code assistant.",
  "A standard, a checkpoint format or an interface dictates the text.",
  "Both sides began from one scaffold, one textbook's listings, one vendor's examples or one program's output.",
  "The claimant took the units from the suspect: containment has no direction.",
] as const;

export const LIMITS = [
  "It sees tokens with all names hidden. Ideas, structure above the statement, and code rewritten by hand or by a language model may leave no common run of 16 tokens.",
  "A function whose body has 24 tokens or fewer leaves no print, and a small share of a unit may not be seen: of copies of whole functions up to some 15 to 20 % of a file the study found 78 % in Python and 80 to 93 % in the other languages. Less than 160 prints that two files have in common speak only as a share of a unit.",
  "Of a passage, what no maker of the index has, a rank among those makers says nothing: it is held against what two files of unrelated makers had in common. With fewer than 60 makers of a language in the index none is counted.",
  "That none of 21,978 unrelated pairs was accused holds after reading: two pairs of Python, of which one says in its notice that it took a module from the other, and of which one writes the same standard's matrices, one of JavaScript, whose bundles hold one library, and two of C, which carry one library and one contributor's file, stood above the bound until a reader who had made the rule and seen the scores named that source. The makers had judged versions 4, without passages, and 5 before. With version 3 it was 6 of 23,162 other pairs.",
  "The head of a licence is no sign of a third source where a tree's files usually bear it: two trees that took in one file under such a head, without its holder's name, from a maker who is not in the index cannot be told from a copy.",
  "What the parser cannot read is not seen: files that were not read whole are named with the share, and of those left out with all of it.",
  "Files that hold the names which a listed generator leaves are skipped as written by it; one that is not listed is not seen. What stands in a literal of Go's that holds no function is one token.",
  "Functions that bear the names of compilers' helpers (two underscores and a word, in TypeScript and JavaScript) are skipped, an author's own of that form as well.",
  "Code carried into another language shares no prints with its source.",
  "What is exclusive depends on the index: a thin index makes public code look exclusive. It should hold the libraries that many take text from: of Rust's development makers three pairs shared a macro of one that was not in it.",
  "Dates in a repository, odd constants, common misspellings and rare strings are not weighed: their holder can set or explain them.",
  "It says nothing about direction, intent, ownership, licence or legality.",
] as const;
