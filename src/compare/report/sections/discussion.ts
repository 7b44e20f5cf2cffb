import { cellsOf } from "../../analysis/cells.ts";
import type { Section } from "../context.ts";
import { list } from "../markdown.ts";

export const discussion: Section = {
  title: "Discussion",
  write({ run, findings }) {
    const kinds = new Set(cellsOf(run).map(({ case: { workload } }) => workload.kind));
    const has = (kind: string) => run.facts.targets.some((target) => target.kind === kind);
    const spoke = (check: string) =>
      findings.some((finding) => finding.check === check && finding.severity !== "note");
    const prompts: [boolean, string][] = [
      [
        true,
        "Which mechanism makes the largest difference above? Name it, and the figure that would change if it were gone.",
      ],
      [
        kinds.has("cpu") && has("emulator"),
        "Where do the instructions of the loop go under an emulator, and why does the factor not depend on the limit?",
      ],
      [
        kinds.has("cpu") && has("container"),
        "Why is a container within a few percent of the host on arithmetic? What kind of work would part them?",
      ],
      [
        kinds.has("fileio"),
        "How many page caches lie between sysbench and the disk in each target, and which of them were empty?",
      ],
      [
        kinds.has("fileio"),
        "Follow one random read from sysbench to the disk and back: which layers does a virtual machine add?",
      ],
      [
        kinds.has("memory"),
        "Which memory accesses cost more under nested paging, and would this access pattern show it?",
      ],
      [
        true,
        "User time against kernel time: which target moves work from one to the other, and where in the samples is it seen?",
      ],
      [spoke("contention"), "Which figures above survive the contention that was found, and why?"],
      [true, "Which scenario would turn the result around? Say what you expect, then run it."],
      [true, "What do these measurements not say about isolation, start-up time and density?"],
    ];
    return [
      "To be answered in your own words, each with a figure from above.",
      list(prompts.filter(([asked]) => asked).map(([, text]) => text)),
    ].join("\n\n");
  },
};
