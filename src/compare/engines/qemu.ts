/** QEMU: the root file system on a disk of its own, under a kernel of its own. TCG translates every instruction; KVM runs them on the processor. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { packTar } from "modern-tar";
import { installed, must } from "../ground/child.ts";
import type { Ground } from "../ground/ground.ts";
import { commandLine } from "../ground/quote.ts";
import type { Resources } from "../record.ts";
import { type Boot, boot } from "../rootfs/boot.ts";
import { copyDisk, copying, disk, diskImage } from "../rootfs/disk.ts";
import type { Engine, Job, Opened } from "./engine.ts";
import { pipe } from "./pipe.ts";

const PROGRAM = "qemu-system-x86_64";

export const qemuTcg: Engine = qemu("qemu-tcg", "emulator", 120, [
  "-accel",
  "tcg,thread=multi",
  "-cpu",
  "max",
]);
export const qemuKvm: Engine = qemu("qemu-kvm", "virtual machine", 60, ["-accel", "kvm", "-cpu", "host"]);

function qemu(name: string, kind: Engine["kind"], patience: number, accelerator: readonly string[]): Engine {
  return {
    name,
    kind,
    patience,
    async look() {
      if (arch() !== "x64")
        return { state: "unusable", reason: `the guest is for x86-64, this machine is ${arch()}` };
      for (const [program, install] of [
        [PROGRAM, "apt install qemu-system-x86 (macOS: brew install qemu)"],
        ["qemu-img", "apt install qemu-utils"],
        ["mke2fs", "apt install e2fsprogs"],
      ] as const)
        if (!(await installed(program))) return { state: "absent", install };
      const version = /version (\S+)/.exec(await must([PROGRAM, "--version"]))?.[1];
      const notes = ["disk cache mode writeback, QEMU's own default"];
      return { state: "there", versions: { qemu: version ?? "unknown" }, notes };
    },
    async open(ground) {
      const files = await boot(ground);
      await disk(ground, "raw"); // the trial's patience is for the boot, not for making what is made once
      return { ...(await diskImage(ground)), start: (job) => start(job, accelerator, files, ground) };
    },
  };
}

async function start(
  { name, script, resources }: Job,
  accelerator: readonly string[],
  files: Boot,
  ground: Ground,
): ReturnType<Opened["start"]> {
  const folder = join(ground.scratch, `${name}.machine`);
  await mkdir(folder);
  const format = resources.disk ?? "raw";
  const drive = await copyDisk(await disk(ground, format), folder, ground.signal);
  const job = join(folder, "job.tar");
  const size = Buffer.byteLength(script);
  await writeFile(job, await packTar([{ header: { name: "job.sh", size }, body: script }]));
  const console = join(folder, "console");
  const argv = [PROGRAM, ...accelerator, ...machine(resources, files, { drive, format, job, console })];
  const command = [
    commandLine(copying(await disk(ground, format), drive)),
    `${commandLine(["printf", "%s", script])} > job.sh && tar --create --file ${job} job.sh`,
    commandLine(argv),
  ].join("\n");
  let said = "";
  const session = await pipe(argv, {
    remove: async (child) => {
      if (child.isRunning) return;
      said ||= await readFile(console, "utf8").catch(() => "");
      await rm(folder, { recursive: true, force: true });
    },
  });
  return {
    ...session,
    command,
    cpuSeconds: () => vcpuSeconds(session.child.pid),
    noise: async () => (await session.noise()) + (said || (await readFile(console, "utf8").catch(() => ""))),
  };
}

/** No network, no display; the job's port is QEMU's own standard input and output. */
function machine(
  { processors, memory }: Resources,
  { kernel, initrd }: Boot,
  { drive, format, job, console }: Record<"drive" | "format" | "job" | "console", string>,
): string[] {
  return [
    ...[
      "-name",
      "ringlab,debug-threads=on",
      "-nodefaults",
      "-no-user-config",
      "-display",
      "none",
      "-no-reboot",
    ],
    ...["-smp", String(processors), "-m", `${memory}M`, "-nic", "none"],
    ...["-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1"],
    ...["-drive", `file=${drive},format=${format},if=virtio`],
    ...["-drive", `file=${job},format=raw,if=virtio,readonly=on`],
    ...["-device", "virtio-serial-pci", "-chardev", "stdio,id=job,signal=off"],
    ...["-device", "virtserialport,chardev=job,name=ringlab"],
    ...["-serial", `file:${console}`],
  ];
}

/** Of the threads "CPU n/…": the first figure of schedstat is nanoseconds on a processor. Devices' threads are not in it. */
async function vcpuSeconds(pid: number): Promise<number> {
  const tasks = `/proc/${pid}/task`;
  let nanoseconds = 0;
  for (const task of await readdir(tasks)) {
    const name = await readFile(join(tasks, task, "comm"), "utf8");
    if (!name.startsWith("CPU ")) continue;
    nanoseconds += Number((await readFile(join(tasks, task, "schedstat"), "utf8")).split(" ")[0]);
  }
  return nanoseconds / 1e9;
}
