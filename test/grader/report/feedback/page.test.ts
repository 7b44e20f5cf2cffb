import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { feedbackPage } from "../../../../grader/report/feedback/page.ts";
import type { Gradebook } from "../../../../grader/report/gradebook.ts";
import type { Graded, TestResult } from "../../../../grader/report/result.ts";
import { aClass } from "../a-class.ts";

const book = aClass();
const released = aClass({ settings: { ...book.settings, release: "released" } });
const pageOf = (of: Gradebook, id: string) => feedbackPage(of, of.entries.find((entry) => entry.id === id)!);
const read = (source: string) => parseHTML(source).document;
/** What is read; cells and paragraphs stand apart. */
const text = (source: string) =>
  read(source.replace(/(?=<\/(?:t[dh]|p|h\d|li)>)/g, " "))
    .querySelector("main")!
    .textContent!.replace(/\s+/g, " ");

/** The same entry with another result. */
function withResult(change: (graded: Graded) => Graded): string {
  const entry = book.entries.find(({ id }) => id === "s1021")!;
  return feedbackPage(book, { ...entry, graded: change(entry.graded!) });
}

const failing = (visibility: TestResult["visibility"], detail: TestResult["detail"]): TestResult => ({
  id: "control/x",
  part: "control",
  name: "an invented case",
  clause: "C3",
  visibility,
  status: "failed",
  points: 0,
  max: visibility === "hidden" ? 3 : 0,
  reason: "classify returned another class.",
  calls: 7,
  detail,
});

describe("a page", () => {
  const source = pageOf(book, "s1021");

  test("says how the score came about", () => {
    expect(text(source)).toContain("8.63 of 21 points");
    expect(text(source)).toContain("7 of 18 hidden tests passed; 1 partly right, 10 failed.");
    expect(text(source)).toContain("Hidden tests 6.13 of 15");
    expect(text(source)).toContain("Reflection questions 2.5 of 6");
  });

  test("gives every part its points, and each clause its text", () => {
    const heads = [...read(source).querySelectorAll(".part > header")].map((each) => each.textContent);
    expect(heads[0]).toBe("\nStep 1, control-sensitive2.63 of 3\n".trim());
    for (const id of ["C1", "C2", "C4", "C8"]) {
      const clause = book.lab.clauses.find((each) => each.id === id)!;
      expect(text(source)).toContain(clause.text.replaceAll("`", ""));
    }
  });

  test("computes the late penalty before the reader's eyes", () => {
    expect(text(pageOf(book, "s1077"))).toContain("Handed in late (2 days begun) −1.53");
    expect(text(pageOf(book, "s1077"))).toContain(
      "Each day begun costs 10 % of the points earned. That takes 1.53 points.",
    );
  });

  test("says once what several hidden tests would say alike", () => {
    const tests = ["1", "2", "3"].map((id) => ({ ...failing("hidden", undefined), id, points: 0.5 }));
    const { document } = parseHTML(withResult((graded) => ({ ...graded, tests })));
    const heads = [...document.querySelectorAll(".test > header")].map((each) => each.textContent);
    expect(heads).toEqual(["◐ partly rightan invented case × 31.5 of 9"]);
  });

  test("says of a time-out how far it came", () => {
    expect(text(pageOf(book, "s1077"))).toMatch(
      /out of time.*\d+ calls of the component had come to an end by then/,
    );
  });

  test("shows the marks and comments of a reader", () => {
    expect(text(source)).toContain("“Which instructions?”");
    expect(text(pageOf(aClass({ marks: undefined }), "s1021"))).toContain("A person reads these answers.");
  });

  test("of a refused submission gives the reason and no tests", () => {
    const refused = pageOf(book, "s1056");
    expect(text(refused)).toContain("src/../../etc/passwd leads out of the archive");
    expect(read(refused).querySelectorAll(".part")).toHaveLength(0);
  });

  test("for who handed nothing in says so", () => {
    expect(text(pageOf(book, "s1273"))).toContain("Nothing was handed in.");
  });

  test("is the same whenever it is made", () => expect(pageOf(aClass(), "s1021")).toBe(source));
});

describe("secrets", () => {
  const detail = { input: "INPUT", expected: ["one", "EXPECTED"], actual: ["one", "ACTUAL"] };
  const tests = [failing("hidden", detail)];

  test("of hidden tests stay hidden until they are released", () => {
    expect(withResult((graded) => ({ ...graded, tests }))).not.toMatch(/INPUT|EXPECTED|ACTUAL/);
    const entry = released.entries.find(({ id }) => id === "s1021")!;
    const shown = text(feedbackPage(released, { ...entry, graded: { ...entry.graded!, tests } }));

    for (const part of ["INPUT", "EXPECTED", "ACTUAL", "↑ first difference"]) expect(shown).toContain(part);
  });

  test("of public checks are none", () => {
    const source = withResult((graded) => ({ ...graded, tests: [failing("public", detail)] }));
    expect(read(source).querySelector("tr.first")!.textContent).toBe("2EXPECTEDACTUAL↑ first difference");
  });
});

describe("what a submission says", () => {
  const evil = `</p><img src=x onerror="alert(1)"><script>alert(1)</script>\u202e\u001b[31m\u0000`;
  const source = withResult((graded) => ({
    ...graded,
    notes: [evil],
    refused: undefined,
    answers: { "reflection-1": `${evil} [a](javascript:alert(1)) ![b](http://x/y.png) <http://x>` },
    tests: [
      {
        ...failing("public", { input: evil, expected: [evil], actual: [`${evil}${evil}`] }),
        name: evil,
        reason: evil,
      },
      { ...failing("hidden", undefined), name: evil, reason: evil, clause: evil },
    ],
  }));

  test("is text, wherever it stands", () => {
    const document = read(source);
    expect(document.querySelectorAll("img, script, a, iframe, link, [onerror], [src], [href]")).toHaveLength(
      0,
    );
    for (const unseen of ["\u202e", "\u001b", "\u0000"]) expect(source).not.toContain(unseen);
    expect(text(source)).toContain("⟨U+202E⟩␛[31m␀");
    expect(text(source)).toContain("[a](javascript:alert(1))");
  });

  test("meets a page that may load and run nothing", () => {
    const policy = read(source)
      .querySelector("meta[http-equiv=Content-Security-Policy]")!
      .getAttribute("content");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("script-src");
  });

  test("does not make the page huge", () => {
    const long = Array.from({ length: 50_000 }, (_, index) => `${index} ${"x".repeat(1000)}`);
    const huge = { input: "i".repeat(1e6), expected: long, actual: long.with(25_000, "y".repeat(1e6)) };
    const page = withResult((graded) => ({
      ...graded,
      notes: ["n".repeat(1e6)],
      answers: { "reflection-1": "a".repeat(1e6) },
      tests: [{ ...failing("public", huge), reason: "r".repeat(1e6) }],
    }));
    expect(page.length).toBeLessThan(100_000);
  });
});
