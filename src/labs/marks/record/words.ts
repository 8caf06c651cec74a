/** The sentences that findings of this laboratory carry: assumptions, alternatives, limits. */

export const PRESENT_ASSUMPTION =
  "The key was drawn at random and whoever wrote the text did not have it, nor texts scored under it; distinct tuples then score as independent draws.";
export const KEY_ASSUMPTION =
  "Nobody chose the key with the text at hand: a beacon's round drew it after a log had the mark's commitment, whose place there is paid for; or, where nothing shows that, every mark that could have been written and tried is paid for, so that no choice of one can have helped. The ids are those of the tokenizer that the text was made with.";

export const BEYOND_ASSUMPTION =
  "Whoever wrote the text had no key and learned the mark from these served texts alone; a tuple that stands in none of them then scores as an independent draw. Lists of a fixed size and tables shared by all keys hang together a little beyond that.";

export const PRESENT_ALTERNATIVES: readonly string[] = [
  "The text was served by the holder of the key.",
  "The text quotes, edits or translates word for word text that was served with the mark.",
  "Someone who has the key, or who learned the mark from many served texts, wrote it to look served (spoofing).",
  "The model that wrote it was trained on marked text and shows the mark faintly: that is asked by examine inheritance.",
];

export const PRESENT_LIMITS: readonly string[] = [
  "It reads token ids. Text that was made with another tokenizer, or that splits otherwise on reading than it did on writing, loses the mark. Of text in words, typographic quotes, dashes, spaces, line ends and decomposed letters are undone and paid for; folded white space, compatibility forms and changed case are not.",
  "Paraphrase, translation and heavy editing remove marks: an inconclusive outcome does not show that the text was never served.",
  "It reads ids as they are given: whoever may choose the tokenizer, or the ids, may choose the outcome. The mark names its tokenizer by digest.",
  "Keys that are public (the libraries' defaults) can be used by anyone; the finding then speaks of the key, not of its owner.",
  "Lists drawn by PyTorch depend on the low 32 bits of the seed alone: such a key can be searched for by someone who holds marked text.",
  "SynthID's sampling table is one for all keys: a layer's key only rotates it, so that one layer says at most what its rotations allow (10^-4.8 for 65,536 entries).",
  "It says nothing about who published, copied or passed on the text.",
  "Its p is over the draw of the key. Many like texts under one key are one draw: more of them do not make a second witness.",
];

/** For marks that no null of the study was scored under. */
export const UNSTUDIED_LIMIT =
  "The study's texts were scored under other marks than this one: its rate of false accusations is carried over on the strength of the exact law alone.";

/** For texts in words, all of whose letters have one case. */
export const FOLDED_LIMIT =
  "All letters of the texts have one case. If case was changed after the text was written, tokens that had other letters are lost to the mark, and nothing undoes that.";

export const RING_LIMIT = "It asks for the marks of this ring alone.";

export const INHERITED_ASSUMPTION =
  "The key was drawn at random, and reached the suspect, if at all, through text that carries the mark; under any other key distinct tuples score as independent draws, whatever set of them is picked by how often they stand, and the calibration under many other keys bears it out on this very transcript.";

export const INHERITED_ALTERNATIVES: readonly string[] = [
  "The suspect was trained on text served under this key, bought, scraped or collected through accounts.",
  "The suspect was trained on another model that had learned such text.",
  "Marked text reached the suspect's training data by way of the open web, without anyone harvesting it.",
  "The transcript was itself written under the mark (the endpoint is the marked service, or resells it): ask examine marks of single answers, which a student shows faintly and the service itself plainly.",
  "Answers repeat marked text from their context (prompts, forms, stock phrases, retrieved documents) that the transcript does not record.",
];

export const INHERITED_LIMITS: readonly string[] = [
  "It is one-sided: an inconclusive outcome does not show that the suspect learned no marked text. Paraphrase, filtering and neutralisation remove marks before or after training (Pan et al. 2025).",
  "Power grows with the share of marked text in training and with the number of distinct tuples; wide contexts and non-distorting marks are inherited weakly.",
  "It does not say how much marked text was learned, by whom it was collected, or on whose behalf.",
  "Someone who has the key can have a model trained to show it (framing). Commit to the key before serving, and keep it.",
];

export const CANARY_ASSUMPTION =
  "Each account's options are uniform among all: they were drawn by a public beacon's round that was not out when a log's witnesses had the plan's commitment, so that nobody chose them, and the suspect's answers depend on an account's options only through what that account was served.";
export const CANARY_PAID =
  "Whatever was tried is paid for: accounts, suspects and transcripts as stated, and other plans by the place of this one in its log, where the prices of all places sum to the level.";

export const CANARY_ALTERNATIVES: readonly string[] = [
  "The suspect was trained on what these accounts were served.",
  "Another account or person passed on what these accounts were served, or published it.",
  "The drawn plan was open to someone before the suspect was trained, who used it to make it look trained (framing).",
  "Whoever made the transcript knew what an account was served.",
];

export const CANARY_LIMITS: readonly string[] = [
  "It is one-sided: canaries can be filtered out, and an inconclusive outcome does not show that nothing was learned.",
  "It names accounts, not who used them. Accounts that were served to one party share what they collect.",
  "An answer counts when it names exactly one of the options; wording that names none or several counts as no agreement, whatever it means.",
  "It reads answers and cannot see which model made them. Suspects and transcripts that were tried and not stated are not seen.",
];

export const LEAK_ASSUMPTION =
  "Each recipient's code word was drawn at random from the key, and a suspect that is not made from a recipient's copy has no knowledge of that code word.";

export const LEAK_ALTERNATIVES: readonly string[] = [
  "The recipient passed on the copy, or it was taken from the recipient.",
  "The holder of the key wrote this copy or its code word itself.",
  "Several recipients pooled their copies: those who are named took part, others may have as well.",
];

export const LEAK_LIMITS: readonly string[] = [
  "It is one-sided: a copy whose marked weights were retrained or replaced comes out inconclusive.",
  "It reads matrices under their own names and shapes. Where values lie elsewhere it undoes a disguise only in models up to 1,024 wide with gated dense MLPs and as many layers, in embeddings and MLPs; larger or merged models must be aligned with the original first.",
  "It names recipients of copies, not persons, and says nothing about how a copy left its recipient.",
  "It presumes that the key, and the codes of the others, stayed with the owner.",
];
