import { workloadText } from "../../analysis/effect.ts";
import type { Section } from "../context.ts";
import { list, plain } from "../markdown.ts";

export const scenarios: Section = {
  title: "Scenarios",
  write({ run: { facts } }) {
    const parts = facts.scenarios.map(({ name, about, resources, seconds, pageCache, cases }) =>
      [
        `### Scenario ${plain(name)}`,
        plain(about),
        list([
          `${resources.processors} processor(s), ${resources.memory} MiB of memory${resources.disk ? `, disk ${resources.disk}` : ""}`,
          `${seconds} s a repetition; page cache ${pageCache === "dropped" ? "dropped before each" : "left warm"}`,
          ...cases.map((one) => `case **${plain(one.name)}**: ${plain(workloadText(one.workload))}`),
        ]),
      ].join("\n\n"),
    );
    return [
      `Every case ran ${facts.repetitions} time(s) on every target after ${facts.warmups} warm-up(s), in random order over targets, scenarios and cases.`,
      ...parts,
    ].join("\n\n");
  },
};
