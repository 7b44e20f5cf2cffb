import { describe, expect, test } from "vitest";
import bubblewrap from "../../../grader/sandbox/bubblewrap.ts";
import { lacks } from "../../support/needs.ts";
import { testEndings } from "./endings.case.ts";

const lacking = lacks("bwrap", import.meta.url) || lacks("prlimit", import.meta.url);

describe.skipIf(lacking)("bubblewrap", () => {
  test("works here", async () => {
    expect(await bubblewrap.probe()).toEqual({ works: true });
  });

  testEndings(bubblewrap);
});
