/** The instruction sets, in the order in which the course meets them. */
import type { Isa } from "../isa.ts";
import { custom } from "./custom.ts";
import { pdp10 } from "./pdp10.ts";
import { pdp11 } from "./pdp11.ts";
import { s360 } from "./s360.ts";
import { x86 } from "./x86.ts";

/** By the short name that experiments and the command line use. */
export const ISAS: Record<"s360" | "pdp10" | "pdp11" | "x86" | "custom", Isa> = {
  s360,
  pdp10,
  pdp11,
  x86,
  custom,
};
export { custom, pdp10, pdp11, s360, x86 };
