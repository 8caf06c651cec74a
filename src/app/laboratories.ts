/** The laboratories, one line each: the only place where the house knows them by name. */
import { behaviour } from "../labs/behaviour/laboratory.js";
import { marks } from "../labs/marks/laboratory.js";
import { traffic } from "../labs/traffic/laboratory.js";
import { weights } from "../labs/weights/laboratory.js";
import type { Laboratory } from "./laboratory.js";

export const LABORATORIES: readonly Laboratory[] = [weights, behaviour, marks, traffic];
