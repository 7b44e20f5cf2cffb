import { expect, test } from "vitest";
import { tokens } from "../../../../grader/report/similarity/tokens.ts";

const read = (source: string) =>
  tokens(source, 1000)
    .map(({ text }) => text)
    .join(" ");

test.each([
  ["let total = 1 + 0x2n; // why", "const name = number + number"],
  ["export const f = (a, b) => a / b;", "const name = ( name name ) => name / name"],
  ["x = /a[/]b/g.test(y)", "name = pattern . name ( name )"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source code
  ["`a${b}c${{ d: 1 }}e` + '}'", "string name string { name : number } string + string"],
  ["a /* \n\n */\nif (b) return", "name if ( name ) return"],
])("%s", (source, expected) => expect(read(source)).toBe(expected));

test("a long string is read as a text, without comments, names kept", () => {
  const source = "const boot = `\n  MOV eax, cr0   ; the old value\n  or eax, 1\n  jmp 08h:protected\n`;";
  expect(read(source)).toBe("const name = ` mov eax , cr0 or eax , number jmp number : protected `");
});

test("knows the lines", () => {
  const source = "a\n\n/* x\n */ b `c\nd` e";
  expect(tokens(source, 9).map(({ line }) => line)).toEqual([0, 3, 3, 4]);
});

test("stops after the most", () => expect(tokens("a ".repeat(100), 7)).toHaveLength(7));
