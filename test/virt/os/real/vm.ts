/**
 * A Linux kernel of its own as an oracle, in a machine that QEMU emulates: for what the kernel below cannot be asked, since its
 * controllers are another hierarchy's. The kernel is a file that the caller names; nothing of it stays here.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The controllers that the world's group has. */
const CONTROLLERS = "+cpu +io +memory +pids";

/** For each case one answer for each line. `modules`: of the same kernel, in the order in which they are loaded; `options`: of mounting cgroup2. */
export function performInVm(
  kernel: string,
  cases: readonly (readonly string[])[],
  modules: readonly string[] = [],
  options = "",
): string[][] {
  const directory = mkdtempSync(join(tmpdir(), "ringlab-vm-"));
  try {
    const root = join(directory, "root");
    mkdirSync(join(root, "modules"), { recursive: true });
    const build = (name: string, to: string, ...more: string[]) =>
      execFileSync("gcc", ["-O1", "-static", ...more, "-o", join(root, to), join(import.meta.dirname, name)]);
    build("stepper.c", "stepper");
    build("vm-init.c", "init", `-DCONTROLLERS="${CONTROLLERS}"`, `-DOPTIONS="${options}"`);
    modules.forEach((path, i) => {
      copyFileSync(path, join(root, "modules", `${`${i}`.padStart(2, "0")}.ko`));
    });
    writeFileSync(join(root, "cases"), cases.map((lines) => `#\n${lines.join("\n")}\n`).join(""));
    const image = join(directory, "initrd");
    execFileSync("sh", ["-c", `cd "$1" && find . | cpio --quiet -o -H newc > "$2"`, "sh", root, image]);
    const machine: string[] = [
      "-m",
      "512",
      "-display",
      "none",
      "-serial",
      "stdio",
      "-no-reboot",
      "-nic",
      "none",
    ];
    // Its time is that of its instructions, so that what else this machine does is not in the answers.
    machine.push("-icount", "shift=3,sleep=off");
    const boot = ["-kernel", kernel, "-initrd", image, "-append", "console=ttyS0 quiet loglevel=0 panic=-1"];
    const text = execFileSync("qemu-system-x86_64", [...machine, ...boot], {
      encoding: "utf8",
      timeout: 600_000,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = text.replaceAll("\r", "").split("\n");
    if (!lines.includes("@.")) throw new Error(`the machine stopped early:\n${lines.slice(-20).join("\n")}`);
    const answers: string[][] = [];
    for (const line of lines)
      if (line.startsWith("@#")) answers.push([]);
      else if (line.startsWith("@ ")) answers.at(-1)!.push(line.slice(2));
    return answers;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
