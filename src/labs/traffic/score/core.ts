/** The rows that judge a group: of its members, in its own templates, in the half of the log that did not find it. */
import { HALF_SQL, NONE } from "../graph/activity.js";

const TEMPLATES_SQL = "(SELECT template FROM group_templates)";
const MEMBERS_SQL = "(SELECT account FROM group_members)";
const COLUMNS = "account, prompt, ts, turn, system, signals, flags";

export const CORE_SQL = `SELECT m.g AS g, r.account AS account, r.prompt AS prompt, r.ts AS ts, r.turn AS turn, r.system AS system,
 r.signals AS signals, r.flags AS flags, r.template AS template FROM (
 SELECT ${COLUMNS}, template FROM rows
 WHERE template != ${NONE} AND template IN ${TEMPLATES_SQL} AND account IN ${MEMBERS_SQL} AND ${HALF_SQL} = 1
 UNION ALL SELECT r.account, r.prompt, r.ts, r.turn, r.system, r.signals, r.flags, t.template
 FROM (SELECT ${COLUMNS} FROM rows WHERE template = ${NONE} AND prompt != ${NONE} AND account IN ${MEMBERS_SQL} AND ${HALF_SQL} = 1) AS r
 INNER JOIN (SELECT prompt, template FROM templates WHERE template IN ${TEMPLATES_SQL}) AS t ON r.prompt = t.prompt
) AS r INNER JOIN group_members AS m ON r.account = m.account
INNER JOIN group_templates AS o ON o.template = r.template AND o.g = m.g`;
