import { whereOf } from "../../analysis/finding.ts";
import { measuresFor } from "../../analysis/measures.ts";
import type { Context, Section } from "../context.ts";
import { placesOf } from "../context.ts";
import { list, plain } from "../markdown.ts";
import { pairsOf } from "../pairs.ts";

/** The sentences a reader takes home: by target, over all cases of a kind. */
export const result: Section = {
  title: "Result",
  write(context) {
    const refused = context.findings.filter(({ severity }) => severity === "refuse");
    const warned = context.findings.filter(({ severity }) => severity === "warn");
    return [
      headlines(context),
      refused.length > 0 &&
        `**${count(refused.length, "finding")} against comparing:** ${refused
          .slice(0, 3)
          .map((finding) => plain(`${whereOf(finding)}: ${finding.what}`))
          .join("; ")}${refused.length > 3 ? "; …" : ""}. See [Checks](#checks).`,
      warned.length > 0 &&
        `${count(warned.length, "warning")} to read before concluding anything: see [Checks](#checks).`,
    ]
      .filter(Boolean)
      .join("\n\n");
  },
};

const count = (many: number, what: string) => `${many} ${what}${many === 1 ? "" : "s"}`;

/** The first case of each kind of work, where every pair of targets gets its sentence. */
function headlines(context: Context): string {
  const kinds = new Set<string>();
  const parts = placesOf(context).flatMap((place) => {
    const { kind } = place.case.workload;
    const pairs = pairsOf(place.cells);
    if (kinds.has(kind) || pairs.length === 0) return [];
    kinds.add(kind);
    const lines = measuresFor(place.case.workload, place.cells).flatMap((measure) =>
      pairs.map(([other, base]) => {
        const effect = context.compare({ cell: other, measure }, { cell: base, measure });
        return effect.kind === "effect"
          ? plain(effect.statement)
          : `${plain(`${other.target.name} against ${base.target.name}`)}: **refused**, ${plain(effect.reasons[0]!)}`;
      }),
    );
    return [`**${plain(`${place.scenario.name}, ${place.case.name}`)}**`, list(lines)];
  });
  return parts.join("\n\n") || "Nothing can be compared: fewer than two targets work here.";
}
