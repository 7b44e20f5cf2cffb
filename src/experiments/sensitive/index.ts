/** The experiment with single instructions, for who wants more of it than rows. */
export { evidence, mainLeak } from "./evidence.ts";
export { classify, differing, type Finding, LEAKS, type Leak, leaksOf } from "./finding.ts";
export { PENTIUM_II } from "./forms.ts";
export { type OuterRing, probes } from "./probes.ts";
export { entryOf, PUBLISHED, PUBLISHED_COUNT } from "./published.ts";
export { CAREFUL, type Monitor, Stage } from "./stage.ts";
export { DIFFERENCES, type Difference, type Outcome, type Probe, type Trial } from "./trial.ts";
