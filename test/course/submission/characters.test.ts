import { expect, test } from "vitest";
import { hiddenCharacter } from "../../../src/course/submission/characters.ts";

test.each([
  ["plain text, tabs and all line ends", "a\tb\r\n\fc\vd é 漢 😀 \u200d \u00a0"],
  ["nothing", ""],
])("finds nothing in %s", (_what, text) => expect(hiddenCharacter(text)).toBeUndefined());

test.each([..."\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])(
  "finds the bidirectional control %j",
  (character) =>
    expect(hiddenCharacter(`a\n b${character}`)).toEqual({
      line: 2,
      column: 3,
      what: expect.stringMatching(/^the bidirectional control character U\+[0-9A-F]{4}$/),
    }),
);

test.each(["\0", "\u0007", "\b", "\u001b", "\u007f", "\u0085", "\u009b"])(
  "finds the control %j",
  (character) => expect(hiddenCharacter(character)).toMatchObject({ line: 1, column: 1 }),
);
