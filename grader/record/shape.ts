/** The names in a lab's contract, in its order: what the recorder must know of it, and nothing more. */
import type { Lab } from "../../src/course/index.ts";

/** Of each method its name and, for each parameter, the methods of its port; undefined for plain data. */
export type Shape = readonly (readonly [method: string, parameters: readonly (readonly string[] | null)[]])[];

export function shapeOf<C extends object>(lab: Lab<C>): Shape {
  const methods = Object.entries(lab.component) as [string, { parameters: readonly { port?: object }[] }][];
  return methods.map(([name, { parameters }]) => [
    name,
    parameters.map(({ port }) => (port ? Object.keys(port) : null)),
  ]);
}
