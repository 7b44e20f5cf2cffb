/** The names in a lab's contract, in its order: what the recorder must know of it, and nothing more. */
import type { Lab, PortDeclaration } from "../../src/course/index.ts";

/** Of each method its name; of each parameter the methods of its port with how many arguments they take, or null for plain data. */
export type Shape = readonly (readonly [
  method: string,
  parameters: readonly (readonly (readonly [name: string, arity: number])[] | null)[],
])[];

type Port = Readonly<Record<string, PortDeclaration>>;

export function shapeOf<C extends object>(lab: Lab<C>): Shape {
  const methods = Object.entries(lab.component) as [string, { parameters: readonly { port?: Port }[] }][];
  const portShape = (port: Port) =>
    Object.entries(port).map(([name, { parameters }]) => [name, parameters.length] as const);
  return methods.map(([name, { parameters }]) => [
    name,
    parameters.map(({ port }) => (port ? portShape(port) : null)),
  ]);
}
