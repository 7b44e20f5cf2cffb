/** What the instructor wrote down of the course: settings, roster, marks; and what the lab's own folder says to pages. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Rubric } from "../../src/course/index.ts";
import { ROOT } from "../../src/kernel/package.ts";
import { parseManual } from "../report/manual/csv.ts";
import type { Marks } from "../report/manual/marks.ts";
import { reflectionQuestions } from "../report/manual/questions.ts";
import { parseRoster, type Student } from "../report/roster.ts";
import { parseSettings, type Settings, settingsOf } from "../report/settings.ts";
import { moduleFile } from "./kit.ts";
import { GradingProblem } from "./problem.ts";

export interface Course {
  settings: Settings;
  roster: readonly Student[];
}

export interface CourseFiles {
  course?: string | undefined;
  roster?: string | undefined;
  /** Shows hidden tests, whatever the settings say. */
  release?: boolean | undefined;
}

/** @throws GradingProblem or InputError */
export function readCourse(lab: string, { course, roster, release }: CourseFiles): Course {
  const own = parseSettings(course === undefined ? "{}" : read(course), course ?? "");
  const settings = settingsOf(lab, own);
  const beside =
    course !== undefined && own.roster !== undefined ? resolve(dirname(course), own.roster) : undefined;
  const file = roster ?? beside;
  return {
    settings: release ? { ...settings, release: "released" } : settings,
    roster: file === undefined ? [] : parseRoster(read(file), file),
  };
}

/**
 * Undefined when nobody gave any yet: what nobody has marked must not count.
 * @throws GradingProblem or InputError
 */
export function readMarks(
  file: string,
  rubric: Rubric | undefined,
  lab: string,
  ids: readonly string[],
): Marks | undefined {
  if (!rubric)
    throw new GradingProblem(`lab ${lab} has no questions that are graded by hand: leave out --manual`);
  const marks = parseManual(read(file), file, rubric, ids);
  return marks.size > 0 ? marks : undefined;
}

export interface LabTexts {
  rubric: Rubric | undefined;
  /** Markdown of the reflection questions, by the id of their cell. */
  questions: ReadonlyMap<string, string>;
  starter: string;
}

export async function labTexts(lab: string): Promise<LabTexts> {
  const rubric = moduleFile("labs", lab, "rubric");
  const folder = join(ROOT, "labs", lab);
  return {
    rubric: existsSync(rubric)
      ? ((await import(/* @vite-ignore */ pathToFileURL(rubric).href)) as { RUBRIC: Rubric }).RUBRIC
      : undefined,
    questions: reflectionQuestions(read(join(folder, "lab.md"))),
    starter: read(join(folder, "starter.ts")),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new GradingProblem(
      code === "ENOENT" ? `there is no file ${file}` : `${file} cannot be read: ${message}`,
    );
  }
}
