/** Which targets are put against each other: everything against the host, and machines against containers. */
import type { Cell } from "../analysis/cells.ts";

const MACHINES = ["emulator", "virtual machine"];

/** [other, base] of one scenario and case. */
export function pairsOf(cells: readonly Cell[]): [Cell, Cell][] {
  const of = (...kinds: string[]) => cells.filter(({ target }) => kinds.includes(target.kind));
  const [host] = of("host");
  const containers = of("container");
  // Docker where it is: it is what the homework names.
  const container = containers.find(({ target }) => target.name === "docker") ?? containers[0];
  const others = cells.filter((cell) => cell !== host);
  return [
    ...(host ? others.map((cell): [Cell, Cell] => [cell, host]) : []),
    ...(container ? of(...MACHINES).map((cell): [Cell, Cell] => [cell, container]) : []),
  ];
}
