/** The handout's table of a lab's component, from the declaration that the checks use. */
import type { Lab, MethodDeclaration } from "../lab.ts";

/** In Markdown: one line a method, its signature, what it is for; then the numbered clauses. */
export function interfaceTable<C extends object>(lab: Lab<C>): string {
  const methods = Object.entries(lab.component) as [
    string,
    MethodDeclaration<(...all: unknown[]) => unknown>,
  ][];
  const rows = methods.map(([name, { doc, parameters, returns }]) => {
    const list = parameters
      .map((parameter) => `\`${parameter.name}: ${cell(parameter.type)}\`: ${cell(parameter.doc)}`)
      .join("<br>");
    return `| \`${name}\` | ${cell(doc)} | ${list} | \`${cell(returns.type)}\`: ${cell(returns.doc)} |`;
  });
  return [
    "| method | what it does | it is given | it returns |",
    "|---|---|---|---|",
    ...rows,
    "",
    ...lab.clauses.map(({ id, text }) => `- **${id}.** ${text}`),
  ].join("\n");
}

/** A bar would end the table's cell. */
const cell = (text: string) => text.replaceAll("|", "\\|");
