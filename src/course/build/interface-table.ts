/** The handout's table of a lab's component, from the declaration that the checks use. */
import type { Lab, MethodDeclaration } from "../lab.ts";

/** In Markdown: for each method what it does, what it is given and what it returns; then the numbered clauses. */
export function interfaceTable<C extends object>(lab: Lab<C>): string {
  const methods = Object.entries(lab.component) as [
    string,
    MethodDeclaration<(...all: unknown[]) => unknown>,
  ][];
  const rows = methods.flatMap(([name, { doc, parameters, returns }]) => [
    `| **${name}** | | ${cell(doc)} |`,
    ...parameters.map(
      (parameter) => `| ${parameter.name} | \`${cell(parameter.type)}\` | ${cell(parameter.doc)} |`,
    ),
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

/** A bar would end the table's cell. */
const cell = (text: string) => text.replaceAll("|", "\\|");
