/** Names that strangers gave to files. A name that could mean another place on some machine, or reads as another, is refused. */
import { describeCharacter, visible } from "../../src/course/submission/characters.ts";
import { Refusal } from "./submission.ts";

const LONGEST = 255;
const LONGEST_PATH = 1024;

/** Why a path, in "/", must not be taken; undefined when it is harmless: relative, inside, printable. */
export function nameProblem(path: string): string | undefined {
  if (path === "") return "has an empty name";
  const hidden = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.exec(path);
  if (hidden)
    return hidden[0] === "\0" ? "has a NUL in its name" : `has ${describeCharacter(hidden[0])} in its name`;
  if (/\p{Surrogate}|\ufffd/u.test(path)) return "has a name that is not UTF-8";
  if (path.includes("\\")) return "has a backslash in its name";
  if (path.startsWith("/")) return "has an absolute name";
  if (/^[a-z]:/i.test(path)) return "has a drive letter in its name";
  if (path.length > LONGEST_PATH) return `has a name longer than ${LONGEST_PATH} characters`;
  for (const part of path.split("/")) {
    if (part === "..") return "has .. in its name and would lie outside of the submission";
    if (part === "" || part === ".") return "has an empty part in its name";
    if (part.length > LONGEST) return `has a part longer than ${LONGEST} characters in its name`;
  }
  return undefined;
}

/** @throws Refusal that shows the name without doing what it wants to do to a terminal. */
export function checkName(path: string): void {
  const problem = nameProblem(path);
  if (problem !== undefined)
    throw new Refusal(`The file ${visible(path)} ${problem}. Rename it and hand in again.`);
}

/** Two names that are one on a system where case or composition of letters does not count. */
export function sameAs(path: string): string {
  return path.normalize("NFC").toLowerCase().normalize("NFC");
}
