import { groups, max, min } from "d3-array";
import type { Check, Finding } from "../finding.ts";
import { lawRows, TOLERANCE } from "../law.ts";

/** Rates this near to each other don't follow their parameter. */
const SAME = 1.1;
/** … when the work of an event differs by this or more. */
const DIFFERENT = 1.5;

export const independent: Check = {
  name: "independent",
  mistake: "13.7 million events/s whatever the parameter: a build whose loop is empty",
  blind: (_run, cells) =>
    lawRows(cells).length > 0 ? undefined : "it takes CPU work with two limits or more in one scenario",
  look(_run, cells) {
    return groups(lawRows(cells), ({ target, scenario }) => `${target} ${scenario}`).flatMap(
      ([, rows]): Finding[] => {
        const { target, scenario } = rows[0]!;
        const rates = rows.map(({ rate }) => rate);
        const work = rows.map(({ divisions }) => divisions);
        if (max(work)! / min(work)! >= DIFFERENT && max(rates)! / min(rates)! < SAME)
          return [
            {
              check: "independent",
              severity: "refuse",
              target,
              scenario,
              what: `${rates[0]!.toPrecision(4)} ${rows[0]!.measure.label} whatever --cpu-max-prime is: the option does nothing here`,
              todo: "this sysbench is another build, or its loop was optimised away: use the common root file system",
            },
          ];
        return rows
          .filter(({ deviation }) => Math.abs(deviation) > TOLERANCE)
          .map((row) => ({
            check: "independent",
            severity: "warn",
            target,
            scenario,
            case: row.case,
            what: `${(row.deviation * 100).toFixed(1)} % off what ${row.divisions} divisions an event ask for`,
            todo: "the machine's speed changed between the cases (frequency, other work): look at load and pressure, repeat",
          }));
      },
    );
  },
};
