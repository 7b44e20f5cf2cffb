import type { Section } from "../context.ts";
import { columns, plain, table } from "../markdown.ts";

const GIB = 1024;

export const machine: Section = {
  title: "Host",
  write({ run: { facts } }) {
    const { host } = facts;
    const rows = [
      ["Processor", host.cpu],
      ["Logical processors", String(host.processors)],
      ["Architecture", host.architecture],
      ["Memory", `${host.memory} MiB (${(host.memory / GIB).toFixed(1)} GiB)`],
      ["System", host.system],
      ["Kernel", host.kernel],
      ["Runs itself under", host.hypervisor === "none" ? "no hypervisor that it admits" : host.hypervisor],
      ["Frequency governor", host.governor ?? "not readable"],
      ["Measured", `${facts.started} to ${facts.ended ?? "an interruption"}`],
      ["Ringlab", `${facts.ringlab}, order of repetitions by seed ${facts.seed}`],
    ];
    return table(
      columns(["fact", "value"]),
      rows.map((row) => row.map(plain)),
    );
  },
};
