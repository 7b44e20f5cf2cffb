import { working } from "../../analysis/cells.ts";
import type { Section } from "../context.ts";
import { fenced } from "../markdown.ts";

export const again: Section = {
  title: "Run it again",
  write({ run: { facts } }) {
    const targets = working(facts)
      .map(({ name }) => name)
      .join(",");
    const options = `--targets ${targets} --scenario scenarios.json5 --repetitions ${facts.repetitions} --warmups ${facts.warmups} --seed ${facts.seed}`;
    return [
      "Save this as `scenarios.json5`:",
      fenced(JSON.stringify({ scenarios: facts.scenarios }, undefined, 2), "json"),
      "and give, as root:",
      fenced(`ringlab compare run ${options} --out again\nringlab compare report again`, "sh"),
    ].join("\n\n");
  },
};
