import { working } from "../cells.ts";
import type { Check, Finding } from "../finding.ts";

export const versions: Check = {
  name: "versions",
  mistake: "sysbench 1.0.18 in the virtual machine against 1.0.20 or 0.4.12 in the container",
  look({ facts }) {
    const targets = working(facts);
    const known = targets.filter(({ sysbench }) => sysbench !== undefined);
    const found: Finding[] = targets
      .filter(({ sysbench }) => sysbench === undefined)
      .map(({ name }) => ({
        check: "versions",
        severity: "refuse",
        target: name,
        what: "the version of sysbench inside is not known",
        todo: "run it again with the common root file system, which records it",
      }));
    const different = new Set(known.map(({ sysbench }) => sysbench));
    if (different.size > 1)
      found.push({
        check: "versions",
        severity: "refuse",
        what: `sysbench differs: ${known.map(({ name, sysbench }) => `${name} ${sysbench}`).join(", ")}`,
        todo: "build all targets from one root file system; events of different versions are different work",
      });
    const old = known.filter(({ sysbench }) => sysbench!.startsWith("0."));
    if (old.length > 0 && different.size === 1)
      found.push({
        check: "versions",
        severity: "warn",
        what: `sysbench ${old[0]!.sysbench} runs a fixed number of events, not a fixed time`,
        todo: "take sysbench 1.0 or later, which reports events per second",
      });
    if (facts.rootfs === undefined && targets.length > 1)
      found.push({
        check: "versions",
        severity: "warn",
        what: "no digest of a common root file system: equal versions may still be different builds",
        todo: "let the harness build the root file system that all targets use",
      });
    return found;
  },
};
