import { done } from "../../analysis/cells.ts";
import { isTimed } from "../../analysis/checks/design.ts";
import type { Context, Section } from "../context.ts";
import { anchor, columns, table } from "../markdown.ts";

interface Item {
  what: string;
  points: string;
  /** Title of the section that holds it; absent for what no report can hold. */
  section?: string;
  /** What is missing, or undefined. */
  missing(context: Context): string | undefined;
}

const works = ({ run }: Context, ...kinds: string[]) =>
  run.facts.targets.some(({ kind, probe }) => kinds.includes(kind) && probe.state === "works");
const unless = (fine: boolean, text: string) => (fine ? undefined : text);

const ITEMS: readonly Item[] = [
  {
    what: "Configuration of the host",
    points: "5",
    section: "Host",
    missing: () => undefined,
  },
  {
    what: "QEMU set up: image, commands, processors, memory, accelerator",
    points: "10",
    section: "Targets",
    missing: (context) => unless(works(context, "emulator", "virtual machine"), "no virtual machine ran"),
  },
  {
    what: "Docker set up: own image and its history, management commands",
    points: "10",
    section: "Targets",
    missing: (context) =>
      unless(works(context, "container"), "no container ran") ??
      unless(
        context.run.facts.targets.some(
          ({ kind, image }) => kind === "container" && image !== undefined && image.history.length > 0,
        ),
        "the image's history is not recorded; add what docker history prints",
      ),
  },
  {
    what: "Proof that it ran: logs",
    points: "5–10",
    section: "Raw logs",
    missing: ({ run }) => unless(run.repetitions.length > 0, "nothing ran"),
  },
  {
    what: "Three scenarios and more, each justified",
    points: "20",
    section: "Scenarios",
    missing: ({ run: { facts } }) =>
      unless(facts.scenarios.length >= 3, `${facts.scenarios.length} scenario(s) of three`),
  },
  {
    what: "Five repetitions and more of 30 s: average, minimum, maximum, standard deviation",
    points: "with the scenarios",
    section: "Measurements",
    missing: ({ run: { facts }, cells }) =>
      unless(facts.repetitions >= 5, `${facts.repetitions} repetition(s) of five`) ??
      unless(
        facts.scenarios.every((scenario) => !isTimed(scenario) || scenario.seconds >= 30),
        "repetitions of less than 30 s",
      ) ??
      unless(
        cells.every((cell) => done(cell).length >= cell.planned),
        "repetitions are missing",
      ),
  },
  {
    what: "CPU and file I/O both measured",
    points: "with the scenarios",
    section: "Measurements",
    missing: ({ run: { facts } }) => {
      const kinds = facts.scenarios.flatMap(({ cases }) => cases.map(({ workload }) => workload.kind));
      const absent = (["cpu", "fileio"] as const).filter((kind) => !kinds.includes(kind));
      return unless(absent.length === 0, `no ${absent.join(" and no ")}`);
    },
  },
  {
    what: "Scripts: one command from nothing to the report",
    points: "10–20",
    section: "Run it again",
    missing: () => undefined,
  },
  {
    what: "Performance tools: user and kernel time, disk utilisation, sampled",
    points: "10",
    section: "Processor and disk while it ran",
    missing: ({ run }) => unless(run.samples.size > 0, "no samples were taken"),
  },
  {
    what: "Analysis: virtual machine against container",
    points: "10–20",
    section: "Comparison",
    missing: (context) =>
      unless(
        works(context, "container") && works(context, "emulator", "virtual machine"),
        "one of the two did not run",
      ) ??
      unless(!context.findings.some(({ severity }) => severity === "refuse"), "some comparisons are refused"),
  },
  {
    what: "Discussion in your own words",
    points: "with the analysis",
    section: "Discussion",
    missing: () => "yours to write",
  },
  {
    what: "Neatness, git with its history not rewritten",
    points: "5–15",
    missing: () => "yours to keep: commit this folder as it is",
  },
  {
    what: "Extra: Dockerfile and Vagrantfile",
    points: "extra",
    section: "Run it again",
    missing: ({ files }) => {
      const absent = ["Dockerfile", "Vagrantfile"].filter((name) => !files.includes(`environment/${name}`));
      return unless(absent.length === 0, `no ${absent.join(", no ")} in environment/`);
    },
  },
];

/** @param titles of the sections that the report has */
export const rubric = (titles: readonly string[]): Section => ({
  title: "Checklist",
  write(context) {
    const rows = ITEMS.map(({ what, points, section, missing }) => {
      const there = section !== undefined && titles.includes(section);
      const gap =
        missing(context) ?? unless(section === undefined || there, "the section has nothing to show");
      return [
        what,
        points,
        there ? `[${section}](#${anchor(section)})` : "–",
        gap === undefined ? "✓" : `open: ${gap}`,
      ];
    });
    return [
      "What the handouts of the homework give points for, and where it is.",
      table(columns(["item", "points", "where", "state"]), rows),
    ].join("\n\n");
  },
});
