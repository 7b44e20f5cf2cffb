/** Bytes → text that reads as it runs. */
import { hiddenCharacter } from "../../src/course/submission/characters.ts";
import { Refusal } from "./submission.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8 with or without a byte order mark; line ends become "\n". @throws Refusal */
export function decode(name: string, data: Uint8Array): string {
  try {
    return UTF8.decode(data).replace(/\r\n?/g, "\n");
  } catch {
    throw new Refusal(
      `${name} is not UTF-8 text${place(data)}. Save it as UTF-8 (in VS Code: "Save with Encoding") and hand in again.`,
    );
  }
}

/** What it looks like instead, for those who have never chosen an encoding. */
function place(data: Uint8Array): string {
  const [first, second] = data;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return " but UTF-16";
  const lossy = new TextDecoder("utf-8").decode(data);
  const before = lossy.slice(0, lossy.indexOf("\ufffd")).split("\n");
  return ` (line ${before.length}, column ${before.at(-1)!.length + 1})`;
}

/** @throws Refusal on a character that hides or reorders what is read. */
export function checkSource(name: string, text: string): void {
  const hidden = hiddenCharacter(text);
  if (hidden)
    throw new Refusal(
      `${name}, line ${hidden.line}, column ${hidden.column}: ${hidden.what}. Delete it; what runs must be what one reads.`,
    );
}
