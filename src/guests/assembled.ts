/** What keep.ts writes in this module's place in dist. */
import type { KeptAssemblies } from "../machine/isa/index.ts";

export const ASSEMBLED: KeptAssemblies = {};
