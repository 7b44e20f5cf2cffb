/**
 * Writes what another kernel, in a machine of its own, answers into the tables that need its controllers:
 *
 *     apt-get download linux-image-6.1.0-56-cloud-amd64 && dpkg -x linux-image-*.deb kernel
 *     node test/virt/os/real/record-in-vm.ts kernel/boot/vmlinuz-6.1.0-56-cloud-amd64 $(find kernel -name brd.ko)
 *
 * by a Node that runs TypeScript (22.18 or newer). Recorded with Linux 6.1 of Debian 12. It takes gcc, cpio and qemu-system-x86_64, and no rights.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FOLDER, isDelegated, needsControllers, parse, print, tableFiles } from "./table.ts";
import { performInVm } from "./vm.ts";

const [kernel, ...modules] = process.argv.slice(2);
if (!kernel) throw new Error("which kernel? record-in-vm KERNEL [MODULE…]");
for (const options of ["", "nsdelegate"]) {
  const files = tableFiles().filter(
    (file) => needsControllers(file) && isDelegated(file) === (options !== ""),
  );
  const tables = files.map((file) => parse(file, readFileSync(join(FOLDER, file), "utf8")));
  const lines = tables.flat().map(({ steps }) => steps.map(({ line }) => line));
  const answers = performInVm(kernel, lines, modules, options);
  tables.forEach((cases, i) => {
    const text = cases.map((one) => print(one, answers.shift()!)).join("\n");
    writeFileSync(join(FOLDER, files[i]!), text);
  });
}
