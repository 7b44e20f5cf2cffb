import { max } from "d3-array";
import { percent } from "../../analysis/effect.ts";
import { lawRows, TOLERANCE } from "../../analysis/law.ts";
import type { Section } from "../context.ts";
import { columns, number, plain, table } from "../markdown.ts";
import { lawFigure } from "../plots/law.ts";

export const law: Section = {
  title: "The law of operations",
  write(context) {
    const rows = lawRows(context.cells);
    if (rows.length === 0) return undefined;
    const worst = max(rows, ({ deviation }) => Math.abs(deviation))!;
    return [
      `An event of “sysbench cpu” is a known number of divisions, so events × divisions is one number for every limit, on any platform. The farthest case is ${(worst * 100).toFixed(1)} % away; ${worst <= TOLERANCE ? "within" : "**beyond**"} the ${TOLERANCE * 100} % that measuring explains.`,
      context.show("law", lawFigure(rows)),
      table(
        columns(["target", "scenario", "case"], ["divisions an event", "rate", "off the law"]),
        rows.map(({ target, scenario, case: name, divisions, rate, deviation, measure }) => [
          plain(target),
          plain(scenario),
          plain(name),
          number(divisions),
          `${number(rate)} ${measure.unit}`,
          percent(1 + deviation),
        ]),
      ),
    ].join("\n\n");
  },
};
