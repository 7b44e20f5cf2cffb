import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { ENVIRONMENT, environmentInto } from "../../../src/compare/environment/environment.ts";
import { SUITE } from "../../../src/compare/rootfs/debootstrap.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-environment-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});
const text = (name: string) => readFileSync(join(folder, "environment", name), "utf8");

test("all files get into a run folder, and what a student wrote stays", () => {
  mkdirSync(join(folder, "environment"));
  writeFileSync(join(folder, "environment", "Dockerfile"), "FROM scratch\n");
  environmentInto(folder);
  environmentInto(folder);
  expect(text("Dockerfile")).toBe("FROM scratch\n");
  expect(ENVIRONMENT.filter((name) => !existsSync(join(folder, "environment", name)))).toEqual([]);
});

describe("of the files that ship", () => {
  beforeEach(() => environmentInto(folder));

  test("image and machine are of the release that the comparison measures, set up by one script", () => {
    expect(text("Dockerfile")).toContain(`ARG BASE=debian:${SUITE}-slim\nFROM \${BASE}\n`);
    expect(text("Dockerfile")).toContain("COPY provision.sh ");
    expect(text("Vagrantfile")).toContain(`config.vm.box = "debian/${SUITE}64"`);
    expect(text("Vagrantfile")).toContain('config.vm.provision "shell", path: "provision.sh"');
    expect(text("provision.sh")).toContain(`!= ${SUITE} ]`);
  });

  test("the Dockerfile holds known instructions only, an argument before FROM", () => {
    const lines = text("Dockerfile")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      ...["ARG", "FROM", "COPY", "RUN", "WORKDIR", "ENTRYPOINT", "CMD"],
    ]);
    for (const line of lines.slice(-2))
      expect(Array.isArray(JSON.parse(line.replace(/^\S+ /, "")))).toBe(true);
  });

  test.skipIf(process.platform === "win32")("the script is one for sh", () => {
    execFileSync("sh", ["-n", join(folder, "environment", "provision.sh")]);
  });
});
