import { working } from "../../analysis/cells.ts";
import { ENVIRONMENT } from "../../environment/environment.ts";
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
    const options = `--targets ${targets} --scenario scenarios.json5 --repetitions ${facts.repetitions} --warmups ${facts.warmups} --seed ${facts.seed}`;
    return [
      "Save this as `scenarios.json5`:",
      fenced(JSON.stringify({ scenarios: facts.scenarios }, undefined, 2), "json"),
      "and give, as root:",
      fenced(`ringlab compare run ${options} --out again\nringlab compare report again`, "sh"),
      environment.length > 0 &&
        `Without Ringlab: ${environment.map((path) => `[${path}](${path})`).join(", ")} give Debian 12 and its sysbench in an image and in a virtual machine, set up by one script. Their first lines say how to use them; the versions under [Targets](#targets) say whether they are what ran here.`,
    ]
      .filter(Boolean)
      .join("\n\n");
  },
};
