import type { Section } from "../context.ts";
import { columns, number, plain, table } from "../markdown.ts";

export const logs: Section = {
  title: "Raw logs",
  write({ run, files }) {
    const link = (what: string, file: string | undefined) =>
      file !== undefined && files.includes(file) ? [`[${what}](${file})`] : [];
    return [
      "Every repetition in the order in which it ran, with what the machine did besides. All figures are in `run.json` and `repetitions.jsonl`. Of a dash, the log was not kept.",
      table(
        columns(
          ["#", "started (UTC)", "target", "scenario", "case", "repetition"],
          ["load before", "after", "CPU pressure %"],
        ).concat({ head: "files" }),
        run.repetitions.map((one) => [
          String(one.position),
          plain(one.started.slice(11, 19)),
          plain(one.target),
          plain(one.scenario),
          plain(one.case),
          `${one.warmup ? "warm-up " : ""}${one.index + 1}${one.outcome === "failed" ? ` **failed**: ${plain(one.error ?? "no reason given")}` : ""}`,
          number(one.load.before),
          number(one.load.after),
          number(one.pressure?.cpu),
          [...link("log", one.log), ...link("samples", one.samples), ...link("host", one.hostSamples)].join(
            " ",
          ) || "–",
        ]),
      ),
    ].join("\n\n");
  },
};
