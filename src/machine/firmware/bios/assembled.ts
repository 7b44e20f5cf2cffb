/** What keep.ts of the guests' room writes in this module's place in dist. */
import type { KeptAssemblies } from "../../isa/asm/kept.ts";

export const ASSEMBLED: KeptAssemblies = {};
