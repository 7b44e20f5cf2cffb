import { CHECKS } from "../../analysis/checks/index.ts";
import { type Finding, type Severity, whereOf } from "../../analysis/finding.ts";
import type { Section } from "../context.ts";
import { list, plain } from "../markdown.ts";

const HEADINGS: [Severity, string][] = [
  ["refuse", "Refused: not to be compared with anything"],
  ["warn", "Warnings: know this before you conclude"],
  ["note", "Notes: often mistaken"],
];

export const checks: Section = {
  title: "Checks",
  write({ findings, run, cells }) {
    const parts = HEADINGS.flatMap(([severity, heading]) => {
      const found = findings.filter((finding) => finding.severity === severity);
      return found.length === 0 ? [] : [`### ${heading}`, list(together(found))];
    });
    const spoke = new Set(findings.filter(({ severity }) => severity !== "note").map(({ check }) => check));
    const quiet = CHECKS.filter(({ name }) => !spoke.has(name)).map((check) => ({
      ...check,
      why: check.blind?.(run, cells),
    }));
    const blind = quiet.filter(({ why }) => why !== undefined);
    return [
      ...parts,
      "### Looked for and not found",
      list(
        quiet
          .filter(({ why }) => why === undefined)
          .map(({ name, mistake }) => `**${name}**: ${plain(mistake)}`),
      ),
      blind.length > 0 && "### Could not be looked for",
      list(blind.map(({ name, mistake, why }) => `**${name}** (${plain(why!)}): ${plain(mistake)}`)),
    ]
      .filter(Boolean)
      .join("\n\n");
  },
};

/** What is said of several places is said once. */
function together(found: readonly Finding[]): string[] {
  const said = new Map<string, Finding[]>();
  for (const finding of found) {
    const key = `${finding.check} ${finding.target === undefined ? finding.what : finding.todo + shape(finding.what)}`;
    said.set(key, [...(said.get(key) ?? []), finding]);
  }
  return [...said.values()].map((alike) => {
    const [{ check, what, todo } = alike[0]!] = alike;
    const places = [...new Set(alike.map(whereOf))];
    const more = places.length > 3 ? `; and ${places.length - 3} more` : "";
    return `**${check}** (${plain(places.slice(0, 3).join("; "))}${more}): ${sentence(what)} *What to do: ${sentence(todo)}*`;
  });
}

const sentence = (text: string) => plain(text.endsWith(".") ? text : `${text}.`);

/** The sentence without its figures. */
const shape = (what: string) => what.replace(/[\d.,]+/g, "0");
