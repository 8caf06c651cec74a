/** The sentences every finding of this laboratory carries: its assumption, what else could explain it, what it cannot see. */

export const RANK_ASSUMPTION =
  "The benign coordinated groups of the validation study (relays, agent products, benchmarks, clock-started jobs, classrooms, shared-card enterprises, prompt collections, made by the published generator from the stated prompt sources) are like those in this log. It is an assumption about the world, not about chance.";

export const MEMBER_ASSUMPTION =
  "An account outside the group is exchangeable with the accounts that no group was found among, on the days that did not find the group (split conformal p-value, per account; α is stated, and no correction is made for the number of accounts).";

export const SCREEN_ASSUMPTION =
  "Among accounts that mostly use the same client application and system prompt, which of them uses which template is exchangeable. To reject this says only that the sharing is not chance: every classroom, relay and product shares more than chance too.";

export const ALTERNATIVES: Record<string, readonly string[]> = {
  "traffic/pooled-operation": [
    "One lawful customer runs many accounts of its own, as an enterprise, a reseller or a product with an account a seat does.",
    "A product deals its users' requests over a pool of accounts.",
    "A load test, an evaluation or a data-labelling job of the provider's own or of a customer who said so.",
    "Independent people under a quota that makes their volumes alike, using the same new product that the log does not name.",
  ],
  "traffic/extraction-workload": [
    "A lawful batch job: translation, labelling, grading or summarising at scale over many accounts.",
    "An evaluation or red-team exercise spread over accounts.",
    "A product whose requests are all single and templated.",
    "Volume shows that answers were taken, not what they were used for: whether a model was trained on them is another question (`assay examine harvest`).",
  ],
};

export const LIMITS: readonly string[] = [
  "Its error rate holds for worlds made by the published generator from the prompt sources named in the validation study, and for no others; what a log of another kind does to it is not known.",
  "It does not see a campaign whose accounts each ask something else in words of their own: without shared templates or prompts there is no link.",
  "It does not see a campaign that deals its work as unevenly as people do, holds conversations, sleeps at night by account and shares its templates with a large benign public.",
  "Accounts whose rows stand under one system prompt are not called operated together, since a product's users stand so too; of a campaign with a system prompt of its own only the workload can be found.",
  "It says nothing about who operates the accounts, nor about intent, contract or law.",
  "Every other day of the log judges what the days between found; a campaign shorter than a week lies outside the validated class.",
  "A listed account stands in the list with its own p-value; the finding is about the group, and an account near the threshold may be a bystander.",
];

export const NO_PROMPTS =
  "The log carries prompts for less than half of its rows; without them at most shared operation could be asked about, and shared networks, payment and even volumes are what relays, enterprises and classrooms show too.";
