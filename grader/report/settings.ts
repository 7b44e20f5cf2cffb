/**
 * course.json5: what the instructor decides once, and what differs between labs.
 *
 *     {
 *       course: "Virtualization, winter 2026",
 *       roster: "roster.csv",
 *       late: { graceMinutes: 15, percentPerDay: 10, maxDays: 5 },
 *       release: "hidden",            // or "released": show what the hidden tests gave and wanted
 *       labs: { "01-popek-goldberg": { due: "2026-11-20T23:59:00+01:00" } },
 *     }
 */
import JSON5 from "json5";
import { z } from "zod";
import { InputError, type Problem } from "./input-error.ts";
import { INSTANT_FORM, parseInstant } from "./instant.ts";
import { latePolicy } from "./late.ts";

const moment = z.string().transform((text, context) => {
  const found = parseInstant(text);
  if (found) return found;
  context.addIssue({ code: "custom", message: `"${text}" is no moment; ${INSTANT_FORM}` });
  return z.NEVER;
});

/** How much of a hidden test a student sees: its points, or also its input, expected and actual. */
export const release = z.enum(["hidden", "released"]);
export type Release = z.infer<typeof release>;

const perLab = z.strictObject({
  due: moment.optional(),
  late: latePolicy.optional(),
  release: release.optional(),
});

const course = perLab.extend({
  course: z.string().default(""),
  /** A path beside this file. */
  roster: z.string().optional(),
  labs: z
    .record(z.string().regex(/^\d\d-[a-z0-9-]+$/, "a lab's id looks like 01-popek-goldberg"), perLab)
    .default({}),
});
export type CourseSettings = z.output<typeof course>;

/** Those of one lab, with what holds for all. */
export type Settings = Omit<CourseSettings, "labs" | "release"> & { release: Release };

/** @throws {InputError} with the line where it is no JSON5, else with every field that is wrong */
export function parseSettings(text: string, file: string): CourseSettings {
  let value: unknown;
  try {
    value = JSON5.parse(text);
  } catch (error) {
    const { lineNumber, message } = error as Error & { lineNumber?: number };
    throw new InputError(file, [{ line: lineNumber, message: message.replace(/^JSON5: /, "") }]);
  }
  const parsed = course.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(
    file,
    parsed.error.issues.map(
      (issue): Problem => ({ field: issue.path.join(".") || undefined, message: reasonOf(issue) }),
    ),
  );
}

/** A key that is not allowed hides its reason one level down. */
function reasonOf(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

export function settingsOf(lab: string, { labs, ...all }: CourseSettings): Settings {
  const own = Object.entries(labs[lab] ?? {}).filter(([, value]) => value !== undefined);
  return { ...all, ...Object.fromEntries(own), release: labs[lab]?.release ?? all.release ?? "hidden" };
}
