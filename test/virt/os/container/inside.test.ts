/** What the first process of a container finds and may do: the same under runc as here, line for line. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../../../src/virt/os/container/config.ts";
import { Runtime } from "../../../../src/virt/os/container/runtime.ts";
import { World } from "../../../../src/virt/os/script.ts";
import { INSIDE_CASES, type InsideCase, insideConfig, LINES } from "./inside-cases.ts";
import { perform } from "./samples.ts";

const DIRECTORIES = ["", "/dev", "/proc", "/tmp", "/tmp/target", "/etc"];
const linesOf = ({ lines = [] }: InsideCase) => [...lines, ...LINES].map((line) => `init: ${line}`);

/** The same tree as for runc. */
function here(one: InsideCase): string[] {
  const world = new World();
  perform(
    world,
    ...(one.shared ? ["mount - / - shared,rec -"] : []),
    ...["mkdir /dev 755"].concat(
      ["null c 1:3", "zero c 1:5", "full c 1:7", "random c 1:8", "urandom c 1:9", "tty c 5:0"].flatMap(
        (device) => [`mknod /dev/${device}`, `chmod /dev/${device.split(" ")[0]} 666`],
      ),
    ),
    "mkdir /bundle 755",
    ...DIRECTORIES.map((name) => `mkdir /bundle/rootfs${name} 755`),
    "chmod /bundle/rootfs/tmp 1777",
    "write /bundle/rootfs/etc/name inside",
    "symlink /tmp/target /bundle/rootfs/link",
    "symlink circle /bundle/rootfs/circle",
    "write /bundle/rootfs/etc/text text",
    "chmod /bundle/rootfs/etc/text 755",
    "mkdir /bundle/host 755",
    "write /bundle/host/file outside",
    "program /bundle/rootfs/stepper 755",
  );
  const config = parseConfig(JSON.stringify(insideConfig(one.change)));
  const container = new Runtime(world.task("init")).create("c1", "/bundle", config);
  container.start();
  world.adopt("init", container.task);
  return linesOf(one).map((line) => world.perform(line));
}

let folder: string;
let why: string | undefined;
function there(one: InsideCase, name: string): string[] {
  rmSync(join(folder, "rootfs"), { recursive: true, force: true });
  for (const each of DIRECTORIES) mkdirSync(join(folder, "rootfs", each));
  chmodSync(join(folder, "rootfs/tmp"), 0o1777);
  writeFileSync(join(folder, "rootfs/etc/name"), "inside");
  symlinkSync("/tmp/target", join(folder, "rootfs/link"));
  symlinkSync("circle", join(folder, "rootfs/circle"));
  writeFileSync(join(folder, "rootfs/etc/text"), "text", { mode: 0o755 });
  spawnSync("cp", [join(folder, "stepper"), join(folder, "rootfs/stepper")]);
  writeFileSync(join(folder, "config.json"), JSON.stringify(insideConfig(one.change)));
  const { stdout, stderr, status } = spawnSync(
    "unshare",
    [
      ...["--mount", "--propagation", one.shared ? "shared" : "private"],
      ...["runc", "--root", join(folder, "state"), "run", "--bundle", folder, name],
    ],
    { input: `${linesOf(one).join("\n")}\n`, encoding: "utf8", timeout: 20_000 },
  );
  const killed = status !== null && status > 128;
  if (status !== 0 && !killed) throw new Error(`runc: ${stderr}`);
  const answers = stdout.trimEnd().split("\n");
  return linesOf(one).map((_, i) => answers[i] ?? "dead");
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-inside-"));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "host"));
  writeFileSync(join(folder, "host/file"), "outside");
  const stepper = join(import.meta.dirname, "../real/stepper.c");
  const made = spawnSync("gcc", ["-O1", "-static", "-o", join(folder, "stepper"), stepper], {
    encoding: "utf8",
  });
  if (made.status !== 0) why = `needs gcc: ${made.error?.message ?? made.stderr.slice(0, 200)}`;
  try {
    if (why === undefined) there({ name: "probe", change: () => {} }, "ringlab-inside-probe");
  } catch (error) {
    why = `needs a runc that can run: ${(error as Error).message.slice(0, 200)}`;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.for(INSIDE_CASES.map((one, i) => [one.name, one, i] as const))("%s", ([, one, i], context) => {
  if (why !== undefined) return context.skip(why);
  if (one.refused !== undefined) {
    expect(() => here(one)).toThrow(one.refused);
    expect(() => there(one, `ringlab-inside-${i}`)).toThrow("runc: ");
    return;
  }
  const [ours, theirs] = [here(one), there(one, `ringlab-inside-${i}`)];
  const both = (answers: string[]) =>
    linesOf(one)
      .map((line, at) => `${line} => ${answers[at]}`)
      .filter(
        (line) => !Object.keys(one.differs ?? {}).some((other) => line.startsWith(`init: ${other} =>`)),
      );
  expect(both(ours)).toEqual(both(theirs));
});
