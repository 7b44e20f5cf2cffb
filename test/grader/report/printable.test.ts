import { expect, test } from "vitest";
import { excerpt, printable } from "../../../grader/report/printable.ts";

test.each([
  ["plain\n\ttext é 漢 👩‍💻", "plain\n\ttext é 漢 👩‍💻"],
  ["a\r\nb\rc", "a\nb\nc"],
  ["\u001b[31mred\u0007\u0000\u007f", "␛[31mred␇␀␡"],
  ["\u009b2J", "⟨U+009B⟩2J"],
  ["user\u202e\u2066txt.exe", "user⟨U+202E⟩⟨U+2066⟩txt.exe"],
  ["in\u200bvisible\ufeff", "in⟨U+200B⟩visible⟨U+FEFF⟩"],
  ["half \ud83d of a pair", "half ⟨U+D83D⟩ of a pair"],
])("%j is shown as %j", (text, shown) => expect(printable(text)).toBe(shown));

test("an excerpt says what it left out", () => {
  expect(excerpt("short", 5)).toBe("short");
  expect(excerpt("abcdefgh", 5)).toBe("abcde… (3 more characters)");
});
