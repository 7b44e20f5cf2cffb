/**
 * Writes what another kernel, in a machine of its own, answers into the tables that need its controllers:
 *
 *     apt-get download linux-image-6.1.0-56-cloud-amd64 && dpkg -x linux-image-*.deb kernel
 *     node dist/test/virt/os/real/record-in-vm.js kernel/boot/vmlinuz-6.1.0-56-cloud-amd64 $(find kernel -name brd.ko)
 *
 * Recorded with Linux 6.1 of Debian 12. It takes gcc, cpio and qemu-system-x86_64, and no rights.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FOLDER, needsControllers, parse, print, tableFiles } from "./table.ts";
import { performInVm } from "./vm.ts";

const [kernel, ...modules] = process.argv.slice(2);
if (!kernel) throw new Error("which kernel? record-in-vm KERNEL [MODULE…]");
const files = tableFiles().filter(needsControllers);
const tables = files.map((file) => parse(file, readFileSync(join(FOLDER, file), "utf8")));
const answers = performInVm(
  kernel,
  tables.flat().map(({ steps }) => steps.map(({ line }) => line)),
  modules,
);
tables.forEach((cases, i) => {
  writeFileSync(join(FOLDER, files[i]!), cases.map((one) => print(one, answers.shift()!)).join("\n"));
});
