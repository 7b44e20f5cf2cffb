/** The whole report of a run folder: Markdown, its pictures, and one HTML page. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Figure } from "../../plots/index.ts";
import { working } from "../analysis/cells.ts";
import type { Finding } from "../analysis/finding.ts";
import { readPrediction } from "../analysis/prediction.ts";
import { type Run, readRun } from "../analysis/read.ts";
import { environmentInto } from "../environment/environment.ts";
import { contextOf, type Section } from "./context.ts";
import { anchor, plain } from "./markdown.ts";
import { htmlPage } from "./page.ts";
import { again } from "./sections/again.ts";
import { checks } from "./sections/checks.ts";
import { comparison } from "./sections/comparison.ts";
import { discussion } from "./sections/discussion.ts";
import { law } from "./sections/law.ts";
import { logs } from "./sections/logs.ts";
import { machine } from "./sections/machine.ts";
import { measurements } from "./sections/measurements.ts";
import { predicted } from "./sections/predicted.ts";
import { result } from "./sections/result.ts";
import { rubric } from "./sections/rubric.ts";
import { sampling } from "./sections/sampling.ts";
import { scenarios } from "./sections/scenarios.ts";
import { targets } from "./sections/targets.ts";

const SECTIONS: readonly Section[] = [
  result,
  checks,
  machine,
  targets,
  scenarios,
  measurements,
  comparison,
  law,
  sampling,
  predicted,
  discussion,
  again,
  logs,
];

export interface Report {
  title: string;
  markdown: string;
  html: string;
  /** By path, relative to the run folder. */
  figures: ReadonlyMap<string, Figure>;
  /** What forbids comparisons. */
  refused: readonly Finding[];
}

export function makeReport(run: Run, extras: Parameters<typeof contextOf>[1] = {}): Report {
  const figures = new Map<string, Figure>();
  const context = contextOf(run, extras, figures);
  const written = SECTIONS.flatMap((section) => {
    const body = section.write(context);
    return body === undefined ? [] : [{ title: section.title, body }];
  });
  const checklist = rubric(written.map(({ title }) => title));
  // After the result, where whoever grades looks first.
  written.splice(1, 0, { title: checklist.title, body: checklist.write(context)! });
  const names = working(run.facts).map(({ name }) => name);
  const title = `System virtualization against OS virtualization: ${names.join(", ") || "nothing works here"}`;
  const markdown = [
    `# ${plain(title)}`,
    written.map((section) => `[${section.title}](#${anchor(section.title)})`).join(" · "),
    ...written.map((section) => `## ${section.title}\n\n${section.body}`),
  ].join("\n\n");
  return {
    title,
    markdown: `${markdown}\n`,
    html: htmlPage(markdown, title, figures),
    figures,
    refused: context.findings.filter(({ severity }) => severity === "refuse"),
  };
}

/**
 * Writes report.md, report.html and the pictures, report/*.svg, into the run folder, in place of those of before, and
 * environment/ with a Dockerfile and a Vagrantfile, where there is none.
 * @throws {CannotCompare} when the folder does not hold a run
 */
export async function writeReport(folder: string): Promise<Report> {
  const run = readRun(folder);
  environmentInto(folder);
  const report = makeReport(run, { prediction: readPrediction(folder), files: filesOf(folder) });
  rmSync(join(folder, "report"), { recursive: true, force: true });
  mkdirSync(join(folder, "report"));
  for (const [path, { svg }] of report.figures) await writeFileAtomic(join(folder, path), svg);
  await writeFileAtomic(join(folder, "report.md"), report.markdown);
  await writeFileAtomic(join(folder, "report.html"), report.html);
  return report;
}

/** Relative to the folder, with slashes. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
