/**
 * The method's name and its numbers. A change of any number here is a new version: findings of two versions are not
 * compared, and the validation study speaks for one version.
 */
export const METHOD_ID = "traffic/lockstep";
export const METHOD_VERSION = "9";
export const SEED_DEFAULT = "assay-traffic-1";

/** Templates that more than this share of the accounts use say nothing about who belongs together. */
export const POPULAR_SHARE = 0.1;
/** Above this many accounts a template links each account with its neighbours in hash order only, not with all. */
export const ALL_PAIRS_MAX = 40;
export const NEIGHBOURS = 6;
/** Rare templates looked at for one account: a heavy user must not link half of the log. */
export const TEMPLATES_AN_ACCOUNT_MAX = 400;
/** Rare templates of one account that are paired with one another. */
export const TEMPLATES_PAIRED_MAX = 60;
/** Two accounts are linked when sharing this many rare templates by chance has at most this probability (log10). */
export const LINK_LOG10_P = -9;
/** Two cells of accounts are linked when any two of the log's would share as much by chance once in a thousand logs. */
export const CELLS_LOG10_P = -3;
/** Accounts must share at least this many rare templates to be linked. */
export const SHARED_MIN = 2;
/** A component above this share of all accounts (and above COMPONENT_MIN) is split by asking for stronger links. */
export const COMPONENT_SHARE_MAX = 0.15;
/** Fewer accounts than this are no group: chance pairs and families sharing one subscription are that small. */
export const GROUP_MIN = 10;
/** A template is the group's own when at least this share of its rows comes from the group: what it hides among is not. */
export const OWN_SHARE_MIN = 0.8;
/** A card or network counts when at least this share of the log's accounts on it is the group's. */
export const HOLDERS_SHARE_MIN = 0.5;
/** Membership: conformal p at most this, stated with every list of accounts. */
export const MEMBER_P_MAX = 0.005;
/** Rows in the group's templates that an account must have sent in the half that judges it. */
export const MEMBER_ROWS_MIN = 3;
/** How far these rows must exceed what an outsider as active would send there: −log10 of a Poisson tail. */
export const MEMBER_LOG10_EXCESS = 3;
/** A listed account works at no less than this share of the median member's pace (rows on a day that it works). */
export const PACE_SHARE_MIN = 0.25;
/** Separate customers on one card and one network from which sharing counts: below lie couples and second accounts. */
export const CELL_MIN = 3;
/** A listed account is joined at least so far (sharing.ts): by cards and networks of three or more separate customers. */
export const JOINED_MIN = 0.3;
/** A person who rests, in six hours of the day: no more than this share of his rows, at work on no more than this share of his days. */
export const REST_ROWS_MAX = 0.05;
export const REST_DAYS_MAX = 0.1;
/** A listed account shows work at all hours that such a person shows at most so often (score/rest.ts). */
export const REST_P_MAX = 0.01;
/** The share of its rows that open a conversation is at most this far below the median member's. */
export const SINGLE_APART_MAX = 0.2;

/** Groups that are measured with queries: those that could stand highest. */
export const GROUPS_MEASURED_MAX = 400;

/** Reference class of the study: smaller groups and thinner logs were not looked at. */
export const CLASS = { accountsMin: 25, rowsMin: 1500, daysMin: 7 } as const;

/**
 * A statistic must also stand above this level: half of the way from the highest null of the tuning worlds (0.421, an agency
 * that runs one tool for its clients) to 1, rounded up to two decimals, and no lower than 0.6 (validation/traffic.md).
 */
export const LEVELS = { "traffic/pooled-operation": 0.72, "traffic/extraction-workload": 0.72 } as const;
