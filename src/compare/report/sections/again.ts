import { working } from "../../analysis/cells.ts";
import { ENVIRONMENT } from "../../environment/environment.ts";
import type { Scenario } from "../../record.ts";
import type { Section } from "../context.ts";
import { fenced } from "../markdown.ts";

export const again: Section = {
  title: "Run it again",
  write({ run: { facts }, files }) {
    const environment = ENVIRONMENT.map((name) => `environment/${name}`).filter((path) =>
      files.includes(path),
    );
    const targets = working(facts)
      .map(({ name }) => name)
      .join(",");
    const command = [
      `ringlab compare run --targets ${targets}`,
      `--scenario scenarios.json5 --repetitions ${facts.repetitions} --warmups ${facts.warmups} --seed ${facts.seed}`,
      "--out again --report",
    ];
    return [
      "Save this as `scenarios.json5`:",
      fenced(scenarioFile(facts.scenarios), "json"),
      "and give, as root:",
      fenced(command.join(" \\\n  "), "sh"),
      environment.length > 0 &&
        `Without Ringlab: ${environment.map((path) => `[${path}](${path})`).join(", ")} give Debian 12 and its sysbench in an image and in a virtual machine, set up by one script. Their first lines say how to use them; the versions under [Targets](#targets) say whether they are what ran here.`,
    ]
      .filter(Boolean)
      .join("\n\n");
  },
};

/** JSON with a line for each fact of a scenario and for each case. */
function scenarioFile(scenarios: readonly Scenario[]): string {
  const blocks = scenarios.map(({ cases, ...facts }) => {
    const lines = Object.entries(facts).map(([key, value]) => `      "${key}": ${JSON.stringify(value)},`);
    const listed = cases.map((one) => `        ${JSON.stringify(one)}`).join(",\n");
    return `    {\n${lines.join("\n")}\n      "cases": [\n${listed}\n      ]\n    }`;
  });
  return `{\n  "scenarios": [\n${blocks.join(",\n")}\n  ]\n}`;
}
