/** Popek and Goldberg's three requirements, system by system. */
import { names, panels, tooltip } from "./charts/parts.ts";
import type { Columns } from "./columns.ts";
import type { Figure } from "./figure.ts";
import { FILL } from "./theme.ts";
import { vegaLite } from "./vega.ts";

/** One workload below one monitor. */
export interface RequirementsRow {
  system: string;
  workload: string;
  equivalent: boolean;
  /** Instructions executed as they are, of the bare machine's. */
  direct: number;
  /** Privileged operations that reached the machine. */
  privileged: number;
}

const COLUMNS: Columns = {
  system: { label: "system", unit: "" },
  workload: { label: "workload", unit: "" },
  requirement: { label: "requirement", unit: "" },
  met: { label: "met", unit: "" },
  said: { label: "measured", unit: "" },
};

/** Most of the guest's instructions, which is what efficiency asks for. */
const MOST = 0.5;

export function requirements(rows: readonly RequirementsRow[]): Figure {
  const title = "Equivalence, efficiency, resource control";
  const drawn = rows.flatMap(({ system, workload, equivalent, direct, privileged }) =>
    [
      { requirement: "equivalence", met: equivalent, said: equivalent ? "same output" : "goes wrong" },
      {
        requirement: "efficiency",
        met: direct > MOST,
        said: `${Math.round(100 * Math.min(1, direct))} % directly`,
      },
      {
        requirement: "control",
        met: privileged === 0,
        said: privileged === 0 ? "nothing escapes" : `${privileged} escape`,
      },
    ].map((one) => ({ system, workload, ...one, met: one.met ? "met" : "not met" })),
  );
  const x = {
    ...names(drawn, COLUMNS, "requirement"),
    title: null,
    axis: { title: null, labelAngle: 0 },
    scale: { paddingInner: 0.03 },
  };
  const y = {
    ...names(drawn, COLUMNS, "system"),
    title: null,
    axis: { title: null },
    scale: { paddingInner: 0.12 },
  };
  const tiles = {
    mark: { type: "rect", cornerRadius: 3 },
    encoding: {
      x,
      y,
      color: {
        field: "met",
        type: "nominal",
        title: null,
        scale: { domain: ["met", "not met"], range: [FILL.blue, FILL.vermillion] },
      },
      tooltip: tooltip(drawn, COLUMNS, ["system", "requirement", "said"], ""),
    },
  };
  const words = {
    mark: { type: "text", fontSize: 11, fontWeight: "bold" },
    encoding: { x, y, text: { field: "said", type: "nominal" }, color: { value: "#FFFFFF" } },
  };
  const chart = {
    title,
    subtitle: "Popek and Goldberg's three requirements (1974), measured.",
    alt: `${title}. ${drawn.map(({ workload, system, requirement, met, said }) => `${workload} on ${system}: ${requirement} ${met}, ${said}`).join("; ")}.`,
    columns: COLUMNS,
    facet: "workload",
    panels: 1,
  };
  const size = { width: { step: 130 } as never, height: { step: 26 } as never };
  return vegaLite(panels(drawn, chart, [tiles, words], size), chart);
}
