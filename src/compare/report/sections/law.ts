import { max } from "d3-array";
import { percent } from "../../analysis/effect.ts";
import { lawRows, simulatedLaw, TOLERANCE } from "../../analysis/law.ts";
import type { Section } from "../context.ts";
import { columns, number, plain, table } from "../markdown.ts";
import { lawFigure } from "../plots/law.ts";

export const law: Section = {
  title: "The law of operations",
  write(context) {
    const rows = lawRows(context.cells);
    if (rows.length === 0) return undefined;
    const worst = max(rows, ({ deviation }) => Math.abs(deviation))!;
    const ran = new Set(rows.map(({ target }) => target));
    const simulated = context.prediction
      ? simulatedLaw(context.prediction).filter(({ target }) => ran.has(target))
      : [];
    return [
      `An event of “sysbench cpu” is a known number of divisions, so events × divisions is one number for every limit, on any platform. The farthest case is ${(worst * 100).toFixed(1)} % away; ${worst <= TOLERANCE ? "within" : "**beyond**"} the ${TOLERANCE * 100} % that measuring explains.${simulated.length > 0 ? ` In the simulator, which counts every instruction, it is ${(max(simulated, ({ deviation }) => Math.abs(deviation))! * 100).toFixed(1)} %: what an event does besides dividing weighs more in a short one.` : ""}`,
      context.show("law", lawFigure(rows, simulated)),
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
