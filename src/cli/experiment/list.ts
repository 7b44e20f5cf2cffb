/** What `ringlab experiment --list` says of each experiment. */
import { domain, type Experiment } from "../../experiments/index.ts";

export function describe({ name, title, question, parameters, seed }: Experiment): string {
  const lines = Object.entries(parameters).map(([key, parameter]): [string, string] => {
    const values = [parameter.default].flat().join(",");
    return [`${key}=${values}`, `${parameter.doc}; ${domain(parameter)}`];
  });
  if (seed !== undefined) lines.push([`--seed ${seed}`, "where the random numbers start"]);
  return [
    `${name}: ${title}`,
    `  ${question}`,
    ...lines.map(([left, right]) => `    ${left}\n        ${right}`),
  ].join("\n");
}
