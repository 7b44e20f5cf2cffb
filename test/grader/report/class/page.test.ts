import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { classPage } from "../../../../grader/report/class/page.ts";
import { statistics } from "../../../../grader/report/class/statistics.ts";
import { answersPage } from "../../../../grader/report/manual/answers-page.ts";
import { feedbackPath } from "../../../../grader/report/page/paths.ts";
import { aClass, STUDENTS, twoAlike } from "../a-class.ts";

const book = aClass();
const found = statistics(book);

describe("statistics", () => {
  test("count who is there, who is not, and who could not be run", () => {
    expect(found).toMatchObject({ handedIn: 38, missing: { length: 2 }, refused: { length: 2 } });
    expect(found.with.timeout.map(({ id }) => id).sort()).toEqual(["s1077", "s1084", "s1175"]);
    expect(found.with.memory.map(({ id }) => id)).toEqual(["s1119"]);
  });

  test("of the scores of a class of four", () => {
    const four = book.entries.filter(({ graded }) => graded).slice(0, 4);
    const entries = four.map((entry, index) => ({
      ...entry,
      grade: { ...entry.grade, score: [1, 2, 4, 9][index]! },
    }));
    expect(statistics({ ...book, entries }).score).toEqual({
      count: 4,
      mean: 4,
      min: 1,
      lower: 1.75,
      median: 3,
      upper: 5.25,
      max: 9,
    });
  });

  test("tests come hardest first, with all who ran", () => {
    expect(found.tests).toHaveLength(18);
    const missed = found.tests.map((each) => each.missed);
    expect(missed).toEqual(missed.toSorted((a, b) => b - a));
    for (const { outcomes } of found.tests) expect(Object.values(outcomes).reduce((a, b) => a + b)).toBe(36);
  });

  test("tests that differ in their input alone are one", () => {
    const { graded } = book.entries.find((entry) => entry.graded?.tests.length)!;
    const tests = graded!.tests.filter(({ visibility }) => visibility === "hidden").slice(0, 1);
    const three = ["1", "2", "3"].map((id) => ({
      ...tests[0]!,
      id,
      status: id === "1" ? ("passed" as const) : ("timeout" as const),
    }));
    const entries = book.entries
      .slice(0, 2)
      .map((entry) => ({ ...entry, graded: { ...graded!, tests: three } }));
    expect(statistics({ ...book, entries }).tests).toEqual([
      expect.objectContaining({
        count: 3,
        missed: expect.closeTo(2 / 3),
        outcomes: expect.objectContaining({ passed: 2, timeout: 4 }),
      }),
    ]);
  });

  test("of nobody are none", () => {
    expect(statistics({ ...book, entries: [] })).toMatchObject({ score: undefined, parts: [], tests: [] });
  });
});

describe("the page", () => {
  const [one, other] = [book.entries[3]!.id, book.entries[5]!.id];
  const similarity = twoAlike(one, other);
  const html = classPage(book, similarity);
  const { document } = parseHTML(html);

  test("lists every student with a link to the student's page", () => {
    const links = [...document.querySelectorAll(".students tbody a")].map((link) =>
      link.getAttribute("href"),
    );
    expect(links).toEqual(book.entries.map(({ id }) => feedbackPath(id)));
    expect(links).toHaveLength(STUDENTS);
  });

  test("draws scores, parts and the hardest tests, each with words for it", () => {
    const alts = [...document.querySelectorAll(".figures img")].map((image) => image.getAttribute("alt"));
    expect(alts).toEqual([
      expect.stringMatching(
        /^Scores\. 38 submissions; the middle half lies between [\d.]+ and [\d.]+ of 21 points\.$/,
      ),
      expect.stringMatching(/^Parts\. Step 1, control-sensitive: median [\d.]+ of 3; /),
      expect.stringMatching(/^Hardest hidden tests\. .*: \d+ % did not pass/),
    ]);
    for (const image of document.querySelectorAll("img"))
      expect(image.getAttribute("src")).toMatch(/^data:image\/svg\+xml;base64,/);
  });

  test("names pairs that are alike", () => {
    expect(document.querySelector("main")!.textContent).toContain("1 pair shares 60 % or more");
    expect([...document.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toContain(
      "similarity.html#pair-1",
    );
  });

  test("escapes names", () => {
    expect(html).toContain("=HYPERLINK(&quot;http://evil&quot;)&lt;b&gt;");
    expect(document.querySelectorAll("script, main b b")).toHaveLength(0);
  });

  test("is the same whenever it is made", () => expect(classPage(aClass(), similarity)).toBe(html));

  test("is drawn for an empty class, and for one that was refused as a whole", () => {
    expect(classPage({ ...book, entries: [] })).toContain("0 entries");
    const entries = book.entries.filter(({ graded }) => graded?.refused !== undefined);
    expect(classPage({ ...book, entries })).toContain("leads out of the archive");
  });
});

describe("the page of answers", () => {
  const html = answersPage(book)!;
  const { document } = parseHTML(html);

  test("shows each question with its criteria, and each answer once", () => {
    expect([...document.querySelectorAll("section h2")].map((head) => head.textContent)).toEqual([
      "VMware on a machine that fails Theorem 1",
      "POPF and RDTSC with VT-x",
    ]);
    expect(document.querySelectorAll("#reflection-1 .answer")).toHaveLength(33);
    expect(document.querySelector("#reflection-1")!.textContent).toContain("33 answered, 5 did not.");
  });

  test("tells what is graded already", () => {
    const marked = [...document.querySelectorAll("#reflection-1 .answer > header p")].map(
      (each) => each.textContent,
    );
    expect(marked).toContain("not graded yet");
    expect(marked.some((text) => /^sufficient [\d.]+ · assumption [\d.]+ · popf [\d.]+$/.test(text!))).toBe(
      true,
    );
  });

  test("runs nothing of an answer", () => {
    expect(document.querySelectorAll("script, img")).toHaveLength(0);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  test("is none where nothing is asked", () =>
    expect(answersPage({ ...book, rubric: undefined })).toBeUndefined());
});
