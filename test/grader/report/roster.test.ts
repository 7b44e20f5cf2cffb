import { expect, test } from "vitest";
import { parseGradescopeMetadata, withSubmissions } from "../../../grader/report/gradescope-metadata.ts";
import { fullName, parseRoster } from "../../../grader/report/roster.ts";

const read = (text: string) => parseRoster(text, "roster.csv");

test("columns in any order, names in both orders, semicolons, a byte order mark", () => {
  const students = read(
    "\ufeffName;ID;SIS Login ID;due\r\nLovelace, Ada King;a1;ada;\r\n\r\nGrace Brewster Hopper;g2;;2026-11-25T12:00Z\r\n",
  );
  expect(students).toMatchObject([
    {
      id: "a1",
      firstName: "Ada King",
      lastName: "Lovelace",
      sisLoginId: "ada",
      submission: "a1",
      due: undefined,
    },
    {
      id: "g2",
      firstName: "Grace Brewster",
      lastName: "Hopper",
      due: { text: "2026-11-25 12:00:00 +00:00" },
    },
  ]);
  expect(students.map(fullName)).toEqual(["Ada King Lovelace", "Grace Brewster Hopper"]);
});

test("every wrong line is named, with its field", () => {
  const text = 'id,name,submitted_at\na1,"Ada\nLovelace",2026-11-20 10:00\n,Nobody,\na1,Again,\n';
  expect(() => read(text)).toThrow(
    [
      'roster.csv:3: submitted_at: "2026-11-20 10:00" is no moment; write date, time and zone as 2026-11-20T23:59:00+01:00',
      "roster.csv:4: id: it is empty",
      'roster.csv:5: id: "a1" is on line 3 already',
    ].join("\n"),
  );
});

test.each([
  ["", "it is empty; its first line names the columns"],
  ["name\nAda", 'roster.csv:1: the column "id" is missing'],
  ["id,nmae\na,b", 'roster.csv:1: there is no column "nmae"'],
  ["id,id\na,b", 'roster.csv:1: the column "id" is there twice'],
  ["id,name\na\n", "roster.csv:2: "],
  ['id,name\na,"b\n', "roster.csv:2: "],
])("%j", (text, message) => expect(() => read(text)).toThrow(message));

const METADATA = `---
submission_77:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0042'
    :email: ada@example.org
  - :name: Grace Hopper
    :sid:
    :email: GRACE@example.org
  :created_at: 2026-11-20 10:15:00.123456789 -08:00
  :score: 3.0
  :results: {tests: []}
submission_78:
  :submitters:
  - :name: Alan Turing
    :sid: x9
    :email: alan@example.org
  :created_at: 2026-11-21 00:00:00 Z
`;

test("Gradescope's metadata tells who handed in what, and when", () => {
  const roster = read(
    "id,name,email\n0042,Ada Lovelace,\ng2,Grace Hopper,grace@example.org\nk1,Ken Thompson,\n",
  );
  const students = withSubmissions(roster, parseGradescopeMetadata(METADATA, "submission_metadata.yml"));
  expect(students.map(({ id, submission, submittedAt }) => [id, submission, submittedAt?.text])).toEqual([
    ["0042", "submission_77", "2026-11-20 10:15:00 -08:00"],
    ["g2", "submission_77", "2026-11-20 10:15:00 -08:00"],
    ["k1", "k1", undefined],
    ["x9", "submission_78", "2026-11-21 00:00:00 +00:00"],
  ]);
});

test.each([
  ["a: [", "submission_metadata.yml:1: "],
  ["submission_1: {}", "submission_metadata.yml: submission_1.:submitters: "],
  ["s: {':submitters': [], ':created_at': noon}", "s.:created_at: it is no moment"],
])("%j", (text, message) =>
  expect(() => parseGradescopeMetadata(text, "submission_metadata.yml")).toThrow(message),
);
