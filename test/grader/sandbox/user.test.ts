import { describe, expect, test } from "vitest";
import user from "../../../grader/sandbox/user.ts";
import { lacks } from "../../support/needs.ts";
import { testAttacks } from "./attacks.case.ts";
import { testEndings } from "./endings.case.ts";

const lacking = lacks("prlimit", import.meta.url) || process.getuid?.() !== 0;

describe.skipIf(lacking)("a user of its own", () => {
  test("works here", async () => {
    expect(await user.probe()).toEqual({ works: true });
  });
  describe("ends", () => testEndings(user));
  describe("withstands one that", () =>
    testAttacks(user, { environment: [], spawn: "done", open: ["network", "files of all", "processes"] }));
});
