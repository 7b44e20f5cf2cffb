import { working } from "../cells.ts";
import type { Check, Finding } from "../finding.ts";

export const beneath: Check = {
  name: "beneath",
  mistake: "Docker Desktop, which is a virtual machine, taken for containers on the host",
  look({ facts }) {
    const found: Finding[] = working(facts)
      .filter((target) => target.beneath !== undefined)
      .map(({ name, beneath: what }) => ({
        check: "beneath",
        severity: "warn",
        target: name,
        what: `it does not run on this host directly, but in ${what}`,
        todo: "call it what it is in the report; run the engine on Linux itself to measure containers",
      }));
    if (!["none", ""].includes(facts.host.hypervisor))
      found.push({
        check: "beneath",
        severity: "note",
        what: `the host is a virtual machine itself (${facts.host.hypervisor}): "host" means that machine, and virtual machines in it are nested`,
        todo: "say so beside every figure",
      });
    const { governor } = facts.host;
    if (governor !== undefined && governor !== "performance")
      found.push({
        check: "beneath",
        severity: "note",
        what: `the frequency governor is ${governor}: the processor's speed follows the load`,
        todo: "cpupower frequency-set -g performance, while measuring",
      });
    return found;
  },
};
