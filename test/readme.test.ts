/** What README.md promises is there: its files, its commands, its figure. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { assemble, boot } from "../src/machine/index.ts";

const ROOT = resolve(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const ringlab = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, "bin/ringlab.js"), ...args], { encoding: "utf8" });

test("every file that it links to exists", () => {
  const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path as string);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("every command that it shows is one, with the options shown", () => {
  const lines = [...README.matchAll(/^npx ringlab (.+)$/gm)].map(([, words]) => (words as string).split(" "));
  expect(lines.length).toBeGreaterThan(5);
  for (const words of lines) {
    const command = words.slice(0, words[0] === "kernel" ? 2 : 1);
    const { status, stdout } = ringlab(...command, "--help");
    expect(status, command.join(" ")).toBe(0);
    for (const option of words.filter((word) => word.startsWith("--"))) expect(stdout).toContain(option);
  }
});

test("its boot sector says what it promises", () => {
  const [, source] = /```nasm\n([\s\S]*?)```/.exec(README) as RegExpExecArray;
  const machine = boot(assemble(source as string).bytes);
  let said = "";
  machine.onSerial((byte) => {
    said += String.fromCharCode(byte);
  });
  expect(machine.run({ limit: 1e6 })).toEqual({ reason: "exit", code: 1 });
  expect(said).toBe("Hello from sector 0\n");
});

test("what it prints of a guest is what the guest prints", () => {
  const [, shown] = /```text\n(fork [\s\S]*?)```/.exec(README) as RegExpExecArray;
  const { stdout } = ringlab("guest", "fork");
  for (const line of (shown as string).trimEnd().split("\n"))
    if (!line.includes("…")) expect(stdout.split("\n")).toContain(line);
});

test("its figure is what the experiment draws", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-readme-"));
  const file = join(folder, "map.svg");
  const command = ["experiment", "formal-map", "--set", "machine=s360,pdp10,pdp11,x86", "--svg"];
  try {
    expect(ringlab(...command, file).status).toBe(0);
    const same =
      readFileSync(file, "utf8") === readFileSync(join(ROOT, "labs/01-popek-goldberg/map.svg"), "utf8");
    expect(same, `run: ringlab ${command.join(" ")} labs/01-popek-goldberg/map.svg`).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
