import { isTimed } from "../../analysis/checks/design.ts";
import type { Workload } from "../../record.ts";
import { sysbench } from "../../run/sysbench.ts";
import type { Section } from "../context.ts";
import { list, plain } from "../markdown.ts";

export const scenarios: Section = {
  title: "Scenarios",
  write({ run: { facts } }) {
    const parts = facts.scenarios.map((scenario) => {
      const { name, about, resources, seconds, pageCache, cases } = scenario;
      const time = isTimed(scenario) ? `${seconds} s a repetition; ` : "";
      return [
        `### Scenario ${plain(name)}`,
        plain(about),
        list([
          `${resources.processors} processor(s), ${resources.memory} MiB of memory${resources.disk ? `, disk ${resources.disk}` : ""}`,
          `${time}page cache ${pageCache === "dropped" ? "dropped before each" : "left warm"}`,
          ...cases.map((one) => `case **${plain(one.name)}**: ${commandOf(one.workload, seconds)}`),
        ]),
      ].join("\n\n");
    });
    return [
      `Every case ran ${facts.repetitions} time(s) on every target after ${facts.warmups} warm-up(s), in random order over targets, scenarios and cases.`,
      ...parts,
    ].join("\n\n");
  },
};

const commandOf = (workload: Workload, seconds: number): string =>
  workload.kind === "startup"
    ? `${workload.starts} starts of /bin/true, one after the other`
    : `\`${sysbench(workload, seconds).join(" ")} run\``;
