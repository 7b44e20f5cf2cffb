/** The handout's table of a lab's component, from the declaration that the checks use. */
import type { Lab, MethodDeclaration, PortDeclaration } from "../lab.ts";

/** In Markdown: for each method what it does, what it is given and what it returns; then the numbered clauses. */
export function interfaceTable<C extends object>(lab: Lab<C>): string {
  const methods = Object.entries(lab.component) as [
    string,
    MethodDeclaration<(...all: unknown[]) => unknown>,
  ][];
  // A port that several methods are given is listed where it comes first.
  const listed = new Set<string>();
  const rows = methods.flatMap(([name, { doc, parameters, returns }]) => [
    `| **${name}** | | ${cell(doc)} |`,
    ...parameters.flatMap(({ name: parameter, type, doc, port = {} }) => {
      const key = `${parameter}: ${type}`;
      const entries = listed.has(key) ? [] : Object.entries<PortDeclaration>(port);
      listed.add(key);
      return [
        `| ${parameter} | \`${cell(type)}\` | ${cell(doc)} |`,
        ...entries.map(([method, declaration]) => portRow(parameter, method, declaration)),
      ];
    }),
    `| returns | \`${cell(returns.type)}\` | ${cell(returns.doc)} |`,
  ]);
  return [
    "| | type | what it is |",
    "|---|---|---|",
    ...rows,
    "",
    ...lab.clauses.map(({ id, text }) => `- **${id}.** ${text}`),
  ].join("\n");
}

/** What the component may call on an argument. */
function portRow(parameter: string, method: string, { doc, parameters, returns }: PortDeclaration): string {
  const types = parameters.map(({ name, type }) => `${name}: ${type}`).join(", ");
  return `| ${parameter}.${method} | \`${cell(`(${types}) => ${returns}`)}\` | ${cell(doc)} |`;
}

/** A bar would end the table's cell. */
const cell = (text: string) => text.replaceAll("|", "\\|");
