/** What the simulator says of targets before they are measured: sysbench's loop in the same places, event by event. */
import { setImmediate } from "node:timers/promises";
import { experiment, run } from "../../experiments/index.ts";
import type { Prediction } from "../analysis/prediction.ts";
import { Cancelled } from "../errors.ts";
import type { Scenario } from "../record.ts";

/** Target → place of the experiment. Engines of containers differ in what they do before and after the program, not while it runs. */
const PLACES: Readonly<Record<string, string>> = {
  host: "native",
  runc: "docker",
  docker: "docker",
  podman: "docker",
  "qemu-tcg": "qemu",
  "qemu-kvm": "kvm",
};
const BASE = "host";
/** An event of the second is enough to be in the loop nearly always; both together show the law. */
const LIMITS = [1000, 5000];

/**
 * Takes some seconds. The ratios are those at the last limit. Undefined when no scenario has CPU work, or the simulator knows none of the targets.
 *
 * @throws Cancelled
 */
export async function predict(
  targets: readonly string[],
  scenarios: readonly Scenario[],
  signal: AbortSignal,
  rateOf = simulated,
): Promise<Prediction | undefined> {
  const known = targets.filter((target) => PLACES[target] !== undefined);
  const work = scenarios.flatMap(({ cases }) => cases.map(({ workload }) => workload.kind));
  if (!work.includes("cpu") || !known.some((target) => target !== BASE)) return undefined;
  const rates = new Map<string, number[]>();
  for (const place of new Set([BASE, ...known].map((target) => PLACES[target]!))) {
    const at: number[] = [];
    for (const limit of LIMITS) {
      await setImmediate(); // a signal of the system is heard between two simulations
      if (signal.aborted) throw new Cancelled();
      at.push(rateOf(place, limit));
    }
    rates.set(place, at);
  }
  const ratesOf = (target: string) => rates.get(PLACES[target]!)!;
  return {
    format: "ringlab-prediction-1",
    made: new Date().toISOString(),
    base: BASE,
    about: `sysbench's loop, simulated (experiment qemu-docker, processor ${processor()}): events per second of one processor in each place against the bare machine's, at --cpu-max-prime=${LIMITS.at(-1)}.`,
    ratios: known
      .filter((target) => target !== BASE)
      .map((target) => ({ target, ratio: round(ratesOf(target).at(-1)! / ratesOf(BASE).at(-1)!) })),
    rates: [...new Set([BASE, ...known])].flatMap((target) =>
      LIMITS.map((maxPrime, at) => ({ target, maxPrime, perSecond: round(ratesOf(target)[at]!) })),
    ),
  };
}

/** Events per second of one processor. */
function simulated(place: string, limit: number): number {
  const [row] = run(experiment("qemu-docker"), { target: place, scenario: `cpu ${limit}` });
  return row!.perSecond as number;
}

const processor = () => experiment("qemu-docker").parameters.processor!.default;
/** Six digits: what is left out is less than any measurement tells. */
const round = (value: number) => Number(value.toPrecision(6));
