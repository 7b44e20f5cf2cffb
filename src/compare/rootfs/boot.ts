/**
 * A Linux kernel and its first root for the root file system in a virtual machine. Debian's cloud kernel has ext4 built
 * in and virtio as modules. The first root loads those, mounts /dev/vda, takes the job from the tar that is /dev/vdb, and
 * gives it the virtio-serial port as its standard input and output.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cpio } from "./cpio.ts";
import { mmdebstrap, SUITE } from "./debootstrap.ts";
import { made } from "./made.ts";
import { type Place, unpack } from "./rootfs.ts";

/** In the order of their dependencies. */
const MODULES = [
  ...["virtio/virtio_ring", "virtio/virtio", "virtio/virtio_pci_modern_dev", "virtio/virtio_pci_legacy_dev"],
  ...["virtio/virtio_pci", "block/virtio_blk", "char/virtio_console"],
];

/** A port can be opened once only: descriptor 3 is the one opening. */
const INIT = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev
for module in ${MODULES.map((path) => path.replace(/.*\//, "")).join(" ")}; do $b insmod /$module.ko; done
while [ ! -b /dev/vda ] || [ ! -b /dev/vdb ] || [ ! -c /dev/vport0p1 ]; do $b sleep 0.05; done
$b mount -t ext4 -o noinit_itable /dev/vda /target
$b mount -t proc proc /target/proc
$b mount -t devtmpfs dev /target/dev
$b mount -t tmpfs tmp /target/tmp
$b tar -x -f /dev/vdb -C /target/tmp
exec 3<>/dev/vport0p1
$b chroot /target /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/work LC_ALL=C \\
  bash -c 'cd /work; exec bash /tmp/job.sh' <&3 >&3 2>&3
$b sync
$b poweroff -f
`;

/** Another script makes another folder. */
const EDITION = createHash("sha256").update(INIT).digest("hex").slice(0, 8);

export interface Boot {
  kernel: string;
  initrd: string;
}

/** @throws CannotCompare when it has to be made and can't be */
export async function boot(place: Place): Promise<Boot> {
  const { cache, signal } = place;
  const folder = await made(join(cache, `boot-${SUITE}-${EDITION}`), async (half) => {
    const parts = join(half, "parts");
    const tar = join(half, "packages.tar");
    await mkdir(parts, { recursive: true });
    await mmdebstrap("extract", ["linux-image-cloud-amd64", "busybox-static"], tar, place);
    await unpack(tar, parts, signal, "./boot", "./bin/busybox", "./lib/modules");
    const [version] = (await readdir(join(parts, "lib/modules"))) as [string];
    await writeFile(join(half, "initrd"), await firstRoot(parts, version));
    await rename(join(parts, `boot/vmlinuz-${version}`), join(half, "kernel"));
    for (const rest of [parts, tar]) await rm(rest, { recursive: true });
  });
  return { kernel: join(folder, "kernel"), initrd: join(folder, "initrd") };
}

async function firstRoot(parts: string, version: string): Promise<Buffer> {
  const drivers = join(parts, "lib/modules", version, "kernel/drivers");
  const modules = MODULES.map(async (path) => ({
    path: path.replace(/.*\//, "").concat(".ko"),
    data: await readFile(join(drivers, `${path}.ko`)),
  }));
  const archive = cpio([
    ...["bin", "dev", "proc", "target"].map((path) => ({ path })),
    { path: "init", data: INIT, executable: true },
    { path: "bin/busybox", data: await readFile(join(parts, "bin/busybox")), executable: true },
    ...(await Promise.all(modules)),
  ]);
  return gzipSync(archive);
}
