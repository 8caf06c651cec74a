/** The sentences every finding of this laboratory carries: its assumption, what else could explain it, what it cannot see. */

export const ASSUMPTION =
  "The scorers of the panel stand in no relation to either side but those documented, and the suspect, were it unrelated, would be no more like the reference than they are like one another. There is no p: scorers that never met agree far beyond what shuffled items would show.";

export const ALTERNATIVES = [
  "Both makers trained one public base on one public preference set, each by itself: this counts as one origin here, and is no copying. Nearly every such pair of the study stood above all.",
  "Both trained one public base, and share half of a public set, or one judge's labels on other pairs, and nothing else: some such pairs of the study stood above all.",
  "Both take something off by one published rule, such as a list of words or a floor for short answers: of such pairs of the study whose rule weighed as much as their own judgement nearly all stood above all. What a rule adds is taken out where it is listed under `rules`; one that replaces scores, as a floor does, is taken out in part.",
  "Both learned from a third scorer, which may be public and which nobody named: most such pairs of the study stood above all.",
  "A side's base or preference data are not those that are documented: what its true ones explain was then not taken out.",
  "The reference learned from the suspect: the correlation has no direction.",
] as const;

export const LIMITS = [
  "Agreement is not copying: good scorers agree because they are good. Only what is left after the mean of other lineages, length and format, and what others of a side's documented base or data share, is compared.",
  "It cannot tell copied weights from separate training on the same base and the same preference set.",
  "A scorer that learned half of its pairs or fewer from the other, was averaged with others, or was trained on afterwards may show nothing: an outcome of inconclusive shows nothing.",
  "What a listed rule explains is taken out, which only takes away from a case. That a file holds a published rule is the word of whoever lists it: it can be computed again by anybody who has the rule.",
  "Refusals, their wording and distances between rewards are exhibits: strangers under one jurisdiction refuse alike.",
  "The study's scorers are small transformers with trained heads. Larger ones come out uncalibrated.",
] as const;

/** Beside these where states were brought. */
export const STATES_LIMIT =
  "Likeness of inner states, and of projections on refusal directions, is an exhibit: models that read the same prompts come to like states, a file of states shows nothing of who made it, and strangers of other sizes, architectures or training may be more alike than the panel's.";

export const PLANTED_ASSUMPTION =
  "Which answer of a pair was drawn is a fair coin: a public beacon's round drew it that was not out when a log's witnesses had the plan's commitment, so that nobody chose it; it reached the suspect by training alone.";
export const PLANTED_PAID =
  "Whatever was tried is paid for: suspects and answers as stated, and other plans by the place of this one in its log, where the prices of all places sum to the level.";

export const PLANTED_ALTERNATIVES = [
  "The decisions came to the suspect from a third party that learned from them or copied them.",
  "Whoever made the answers knew which were drawn.",
] as const;

export const PLANTED_LIMITS = [
  "It reads answers and cannot see which model made them, nor by what means.",
  "Decisions that were filtered out, averaged with others or few among many leave no trace that it could find: an outcome of inconclusive shows nothing.",
  "Suspects and answers that were tried and not stated are not seen.",
] as const;
