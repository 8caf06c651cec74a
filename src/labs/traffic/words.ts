/** The sentences every finding of this laboratory carries: its assumption, what else could explain it, what it cannot see. */

export const RANK_ASSUMPTION =
  "The honest groups of the validation study (users of one tool on keys of their own, freelancers of a labelling job, chat bots on keys sold in packs, filling stations, cameras, hospitals' lists, volunteers' drives, contests, members of shared offices, of chapters, practices, franchises, courses, families, flats, desks manned in shifts and one shop's customers with shared cards and lines, home automation, quota products, companies' scheduled jobs, review bots, coding agents, classes, hackathons, households, agencies, resold accounts, relays by four schedulers, open benchmarks, prompt collections, made by the published generator from the stated prompt sources) are like those in this log. It is an assumption about the world, not about chance; its unit is a family (a prompt source with a kind of group), not a group.";

export const MEMBER_ASSUMPTION =
  "An account outside the group is exchangeable with the accounts that no group was found among and that share no card and network with others, on the days that did not find the group (split conformal p-value, per account; α is stated, and no correction is made for the number of accounts).";

export const REST_ASSUMPTION =
  "A person who rests has some six hours of the day, any six, in which he sends a twentieth of his rows at the most, each row by itself, or is at work on one day in ten at the most, each day by itself (binomial tails, the larger of the two, at the hours that speak best for the account; per account, α is stated). Which days found the group plays no part: hours of the day do not choose it. It is said of a person, not of a machine, nor of two people in different parts of the world with one account.";

export const SCREEN_ASSUMPTION =
  "Among accounts that mostly use the same client application and system prompt, which of them uses which template is exchangeable. To reject this says only that the sharing is not chance: every classroom, relay and product shares more than chance too.";

export const ALTERNATIVES: Record<string, readonly string[]> = {
  "traffic/pooled-operation": [
    "An agency or a managed service runs one tool for its clients, under their organisations and on its own cards and networks.",
    "A call centre, a group of hospitals or another outsourcer deals one stream of work evenly over seats that stand under its clients' organisations: that is operated together too, and no harvest.",
    "A product or a reseller deals its users' steady requests over a pool of accounts: that is operated together too, and no harvest.",
    "One lawful customer runs several organisations of its own; a company makes training data for its own product, as the terms allow.",
    "Separate customers in groups of four and more, each group on a card and a line of its own, whose machines (not people) use one tool evenly, day and night: laboratories, say, that each draw on one public list of some thousand items which nobody else in the log sends. No field of a log tells these from one operator.",
    "A load test, an evaluation or a data-labelling job of the provider's own or of a customer who said so.",
  ],
  "traffic/extraction-workload": [
    "A lawful batch job: grading, rewriting or reasoning at scale over many accounts of one operator: an evaluation company, say, or a call centre that scores its own calls by a rubric. By the fields of a log these ask what a harvest asks.",
    "An evaluation or red-team exercise spread over accounts.",
    "One user behind a relay who grades or evaluates; the relay deals the work over its accounts.",
    "Wordings show what was asked for, not what it was used for: whether a model was trained on it is another question (`assay examine harvest`).",
  ],
};

export const LIMITS: readonly string[] = [
  "Its error rate holds for worlds made by the published generator from the prompt sources named in the validation study, and for no others; what a log of another kind does to it is not known.",
  "It names nobody on content alone: users of one tool look as a campaign does. Accounts count as joined only where four and more share both a card and a network, fewer in part, though they stand under other organisations and keys, and do not all rest at the same hours; a campaign whose accounts share neither, or one of the two, or each with different others (cards bought apart from lines), is out of reach, and so is any campaign in a log that does not name cards, networks and organisations.",
  "One card behind most of a group is what schools, products and resellers show openly; such a group is not called operated together.",
  "It does not see a campaign whose accounts each ask something else in words of their own: without shared templates or prompts there is no link.",
  "It does not call operated together what a clock starts, what lasts less than a few days, what rests at night or works some hours on end as people do, or does less at night as tills, cameras and wards do, what is sent as unequally or at as different hours as separate customers do, what mostly others send, or what comes in runs as many users' work behind a relay does; a campaign may hide so, and pays for it in speed or evenness.",
  "Harvesting is told by wordings, in English, and request settings that published cases name (reasoning elicited, rubric grading, rewriting, task generation, logit probing), beyond what the rest of the log asks; coverage sweeps are not measured, and a campaign that uses none of these is at most found as operated together.",
  "Many users behind a relay are told by templates, words and hours that come together. Where prompts are too few or too alike to show a crowd nobody is named; a relay of one tool, whose users all ask single questions evenly day and night, in the same words, could be. Whoever runs a relay operates its accounts together; its users it does not.",
  "It says nothing about who operates the accounts, nor about intent, contract or law.",
  "Half of an account's days, by its keyed hash, judge what the others found; a campaign shorter than a week lies outside the validated class.",
  "A listed account stands in the list with its own p-value and reasons; the finding is about the group, and an account that shares a card and a network with a group's may be a bystander.",
  "Who shares a card, a network and a tool with the group, and rests, is left out of the list, and so is an account with too few rows to tell. Who shares all three and whose machine runs that tool evenly, day and night, is not told from the group's accounts by any field of a log.",
];

export const NO_PROMPTS =
  "The log carries prompts for less than half of its rows; without them at most shared operation could be asked about, and shared networks, payment and even volumes are what relays, enterprises and classrooms show too.";
