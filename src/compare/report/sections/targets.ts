import type { TargetFacts } from "../../record.ts";
import type { Section } from "../context.ts";
import { columns, fenced, list, plain, table } from "../markdown.ts";

export const targets: Section = {
  title: "Targets",
  write({ run: { facts } }) {
    const rows = facts.targets.map((target) => [
      `**${plain(target.name)}**`,
      target.kind,
      plain(stateOf(target)),
      plain(versionsOf(target)),
      target.sysbench ? plain(target.sysbench) : "–",
      seen(target),
    ]);
    const worked = facts.targets.filter(({ commands }) => commands.length > 0);
    return [
      "What each target is was found out by a timed trial, never by a file's existence. A container sees the processors and the memory of the host; what it may use of them says its command.",
      table(columns(["target", "kind", "trial", "versions", "sysbench", "sees"]), rows),
      list(
        facts.targets.flatMap(({ name, probe, beneath }) => [
          ...(beneath ? [`${plain(name)} does not run on this host directly: ${plain(beneath)}.`] : []),
          ...(probe.state === "works" ? probe.notes.map((note) => `${plain(name)}: ${plain(note)}.`) : []),
        ]),
      ),
      "### Image",
      facts.rootfs
        ? `One root file system for all targets, SHA-256 of its tar \`${plain(facts.rootfs)}\`: the same sysbench, the same libraries.`
        : "No common root file system is recorded.",
      ...facts.targets.flatMap(({ name, image }) =>
        image ? [`**${plain(name)}**: \`${plain(image.id)}\``, fenced(image.history.join("\n"))] : [],
      ),
      "### Commands",
      ...worked.flatMap(({ name, commands }) => [`**${plain(name)}**`, fenced(commands.join("\n"), "sh")]),
    ]
      .filter(Boolean)
      .join("\n\n");
  },
};

function stateOf({ probe }: TargetFacts): string {
  switch (probe.state) {
    case "works":
      return `works (${probe.seconds.toFixed(1)} s)`;
    case "unusable":
      return `tried, not usable: ${probe.reason}`;
    case "absent":
      return `not installed: ${probe.install}`;
  }
}

const versionsOf = ({ versions }: TargetFacts): string =>
  Object.entries(versions)
    .map(([what, version]) => `${what} ${version}`)
    .join(", ") || "–";

const seen = ({ processors, memory }: TargetFacts): string =>
  [processors && `${processors} CPU`, memory && `${memory} MiB`].filter(Boolean).join(", ") || "–";
