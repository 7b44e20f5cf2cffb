/** What `ringlab guest --list` says of each workload. */
import type { Workload } from "../../guests/index.ts";

export function describe({ name, measures, follows, parameters }: Workload): string {
  const lines = Object.entries(parameters).map(
    ([key, { doc, unit, default: value, minimum, maximum }]) =>
      `    ${key}=${value}\n        ${unit}: ${doc}; ${minimum} … ${maximum}`,
  );
  return [`${name}: ${measures}`, ...(follows ? [`  after ${follows}`] : []), ...lines].join("\n");
}
