/**
 * Who handed in what and when, from submission_metadata.yml: it lies beside the folders of submissions in the archive that
 * Gradescope exports. Written by Ruby, so its keys begin with a colon.
 */
import { parseDocument } from "yaml";
import { z } from "zod";
import { InputError } from "./input-error.ts";
import { type Instant, parseInstant } from "./instant.ts";
import type { Student } from "./roster.ts";

const submitter = z.object({
  ":name": z.string().nullish(),
  ":sid": z.union([z.string(), z.number()]).nullish(),
  ":email": z.string().nullish(),
});
const metadata = z.record(
  z.string(),
  z.object({ ":submitters": z.array(submitter), ":created_at": z.string() }),
);

export interface Handed {
  submittedAt: Instant;
  by: readonly { name: string; sid: string; email: string }[];
}

/** @throws {InputError} when it is no such file */
export function parseGradescopeMetadata(text: string, file: string): Map<string, Handed> {
  // Times stay text: YAML's own reading of them would lose the zone. An alias bomb ends in yaml's own limit.
  const document = parseDocument(text, { schema: "failsafe" });
  const [broken] = document.errors;
  if (broken)
    throw new InputError(file, [{ line: broken.linePos?.[0].line, message: broken.message.split("\n")[0]! }]);
  const parsed = metadata.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success)
    throw new InputError(
      file,
      parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message })),
    );
  return new Map(Object.entries(parsed.data).map(([id, entry]) => [id, handed(file, id, entry)]));
}

function handed(file: string, id: string, entry: z.infer<typeof metadata>[string]): Handed {
  const submittedAt = parseInstant(entry[":created_at"]);
  if (!submittedAt)
    throw new InputError(file, [{ field: `${id}.:created_at`, message: "it is no moment with a zone" }]);
  const by = entry[":submitters"].map((one) => ({
    name: one[":name"] ?? "",
    sid: String(one[":sid"] ?? ""),
    email: one[":email"] ?? "",
  }));
  return { submittedAt, by };
}

/**
 * The roster with the submissions of its students. Who is found by number, else by e-mail; who is not in the roster is added.
 */
export function withSubmissions(
  roster: readonly Student[],
  handedIn: ReadonlyMap<string, Handed>,
): Student[] {
  const students = roster.map((student) => ({ ...student }));
  for (const [submission, { submittedAt, by }] of handedIn)
    for (const { name, sid, email } of by) {
      const known =
        students.find(({ id, sisUserId }) => sid !== "" && (id === sid || sisUserId === sid)) ??
        students.find((student) => email !== "" && student.email.toLowerCase() === email.toLowerCase());
      if (known) Object.assign(known, { submission, submittedAt });
      else students.push(stranger(sid || email || submission, name, email, submission, submittedAt));
    }
  return students;
}

function stranger(
  id: string,
  name: string,
  email: string,
  submission: string,
  submittedAt: Instant,
): Student {
  const words = name.split(/\s+/);
  return {
    id,
    firstName: words.slice(0, -1).join(" "),
    lastName: words.at(-1) ?? "",
    email,
    canvasId: "",
    sisUserId: "",
    sisLoginId: "",
    section: "",
    submission,
    submittedAt,
    due: undefined,
  };
}
