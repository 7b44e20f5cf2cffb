/**
 * What a suite wants from the machine beyond Node. A suite that lacks it is skipped and says so in one closing line;
 * with RINGLAB_REQUIRE=all (as in CI) the lack is a failure.
 *
 *     describe.skipIf(lacks("chromium", import.meta.url))("the page", () => …)
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { basename } from "node:path";

const runs = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: "ignore", timeout: 20_000 }).status === 0;

/** What the real comparisons of src/compare start. */
const ENGINES = [
  ["docker", "--version"],
  ["dockerd", "--version"],
  ["podman", "--version"],
  ["runc", "--version"],
  ["qemu-system-x86_64", "--version"],
  ["qemu-img", "--version"],
  ["mke2fs", "-V"],
  ["mmdebstrap", "--version"],
] as const;
const ENGINE_PACKAGES = "docker.io podman runc qemu-system-x86 qemu-utils e2fsprogs mmdebstrap";

interface Need {
  present: () => boolean;
  install: string;
}

export const NEEDS = {
  bwrap: { present: () => runs("bwrap", "--version"), install: "apt-get install bubblewrap" },
  chromium: { present: () => runs("/usr/bin/chromium", "--version"), install: "apt-get install chromium" },
  engines: {
    present: () => process.getuid?.() === 0 && ENGINES.every(([program, option]) => runs(program, option)),
    install: `as root, apt-get install ${ENGINE_PACKAGES}`,
  },
  gdb: { present: () => runs("gdb", "--version"), install: "apt-get install gdb" },
  git: { present: () => runs("git", "--version"), install: "apt-get install git" },
  iasl: { present: () => runs("iasl", "-v"), install: "apt-get install acpica-tools" },
  kernelHeaders: {
    present: () => existsSync("/usr/include/asm-generic/unistd.h"),
    install: "apt-get install linux-libc-dev",
  },
  nasm: { present: () => runs("nasm", "--version"), install: "apt-get install nasm" },
  nbclient: {
    present: () => runs("/usr/bin/python3", "-c", "import nbclient, nbformat"),
    install: "apt-get install python3-nbclient",
  },
  prlimit: { present: () => runs("prlimit", "--version"), install: "apt-get install util-linux" },
  qemu: {
    present: () => runs("qemu-system-i386", "--version"),
    install: "apt-get install qemu-system-x86",
  },
  rsvg: { present: () => runs("rsvg-convert", "--version"), install: "apt-get install librsvg2-bin" },
} satisfies Record<string, Need>;

/** True when the suite must be skipped. Throws when nothing may be skipped. */
export function lacks(name: keyof typeof NEEDS, suite: string): boolean {
  const need = NEEDS[name];
  if (need.present()) return false;
  const line = `skipped ${basename(suite)}: needs ${name} (${need.install})`;
  if (process.env.RINGLAB_REQUIRE === "all") throw new Error(line);
  if (process.env.RINGLAB_SKIPS) appendFileSync(process.env.RINGLAB_SKIPS, `${line}\n`);
  return true;
}
