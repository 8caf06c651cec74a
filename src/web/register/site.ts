/** What every page of the site rests on: the register as the log stands now. */
import type { Register } from "../../app/register/register.js";
import type { Policy } from "../../tlog/policy.js";

export interface Site {
  /** @throws when the log cannot be read or does not hold */
  register: () => Promise<Register>;
  trust: Policy | null;
}
