/** The figures that only this lab draws. */
import type { Prediction } from "../../src/course/index.ts";
import { classify, type OuterRing } from "../../src/experiments/index.ts";
import {
  diagram,
  type Figure,
  ink,
  instructionMap,
  lineChart,
  type Markup,
  PALETTE,
  type Row,
  svg,
  table,
} from "../../src/plots/index.ts";
import { type Boot, events, modeRows } from "./boot.ts";
import type { ModesAndRings } from "./component.ts";
import { entryRows, mapRows } from "./measure.ts";

/** Opens the lab: how many instructions of each kind there are, and not which. */
export function opening(): Figure {
  return instructionMap(mapRows({ classify }, 3), { names: false });
}

const ROW = 46;
const BOX = { width: 170, height: 32 };
const MODE_COLOURS: Readonly<Record<string, string>> = {
  real: "#7F8489",
  "protected, 16-bit": PALETTE.purple,
  "protected, 32-bit": PALETTE.blue,
  "compatibility, 32-bit": PALETTE.vermillion,
  "64-bit": PALETTE.green,
};

/** Which mode arrived when, from top to bottom, and how it ended. */
export function timeline(boot: Boot): Figure {
  const rows = modeRows(boot);
  const end = events(boot).slice(rows.length);
  const title = "Which mode arrived when";
  const alt = [
    ...rows.map((row) => `${row.mode} (${row["brought by"]}), instructions: ${row.instructions}.`),
    ...end,
  ];
  const height = 34 + ROW * rows.length + 20 * end.length;
  return diagram(
    { title, alt: alt.join(" "), width: 720, height },
    svg`<text x="0" y="14" font-weight="bold" font-size="15">${title}</text>`,
    ...rows.map((row, n) => {
      const y = 34 + ROW * n;
      const arrow =
        n > 0 &&
        svg`<path d="M ${BOX.width / 2} ${y - ROW + BOX.height} V ${y - 2}" stroke="${ink.muted}" fill="none"/>`;
      return svg`<g>${arrow}
        <rect x="0" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="${MODE_COLOURS[row.mode] ?? ink.muted}"/>
        <text x="${BOX.width / 2}" y="${y + 21}" text-anchor="middle" fill="#FFFFFF">${row.mode}</text>
        <text x="${BOX.width + 16}" y="${y + 14}" font-family="monospace" font-size="12">${row["brought by"]}</text>
        <text x="${BOX.width + 16}" y="${y + 29}" font-size="11" fill="${ink.muted}">${row.instructions} ${row.instructions === 1 ? "instruction" : "instructions"}, ${row.cycles} cycles</text>
      </g>`;
    }),
    ...end.map(
      (line, n) =>
        svg`<text x="0" y="${34 + ROW * rows.length + 14 + 20 * n}" font-size="12" font-family="monospace" style="white-space:pre">${line === "arrives" ? "✓ arrived" : line}</text>`,
    ),
  );
}

/** What was measured, and, where there are any, the student's curves beside it. */
export function predictedAndMeasured(rows: readonly Row[], ...predictions: readonly Prediction[]): Figure {
  const predicted = predictions.flatMap((prediction) =>
    prediction.rows("IOPL", "differ", { ring: `${prediction.question}, predicted` }),
  );
  return lineChart([...rows, ...predicted], {
    title: "One step, at the ring of the kernel",
    subtitle: "Instructions that differ without a trap, by the IOPL that the monitor gives its guest.",
    alt: `Instructions that differ without a trap against IOPL, for ring 1 and ring 3${predicted.length > 0 ? ", and your prediction" : ""}.`,
    columns: {
      IOPL: { label: "IOPL of the guest", unit: "" },
      differ: { label: "instructions that differ without a trap", unit: "1" },
      ring: { label: "the kernel in", unit: "" },
    },
    x: "IOPL",
    y: "differ",
    series: "ring",
  });
}

/** The prediction farthest from what was measured, in a sentence. */
export function surprise(rows: readonly Row[], prediction: Prediction): string {
  return prediction.surprise("IOPL", (iopl) => {
    const differ = rows.find((row) => row.IOPL === iopl && row.ring === prediction.question)?.differ;
    return typeof differ === "number" ? differ : undefined;
  });
}

/** Entries of the manual that a component found, beside the published list. */
export function entryTable(component: ModesAndRings, ring: OuterRing): Markup {
  return table(entryRows(component, ring), {
    columns: {
      entry: { label: "entry of the manual", unit: "" },
      published: { label: "on the list of 2000", unit: "" },
      example: { label: "for example", unit: "" },
    },
  });
}
