/** The guest's sources are nasm's language: nasm makes the same bytes of them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { assembleSource, type Folder } from "../../src/guests/source.ts";
import { deviceWorkloads, sseWorkloads, workloads } from "../../src/guests/workloads.ts";
import { lacks } from "../support/needs.ts";

const guests = fileURLToPath(new URL("../../src/guests/", import.meta.url));

describe.skipIf(lacks("nasm", import.meta.url))("nasm", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-nasm-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  function nasm(where: Folder, name: string, defines: Record<string, number>): Buffer {
    const out = join(folder, "out.bin");
    const { status, stderr } = spawnSync("nasm", [
      ...["-f", "bin", "-i", join(guests, where === "workloads" ? "programs/" : `${where}/`), "-o", out],
      ...Object.entries(defines).map(([key, value]) => `-D${key}=${value}`),
      join(guests, where, name),
    ]);
    expect(`${stderr}`).toBe("");
    expect(status).toBe(0);
    return readFileSync(out);
  }

  const sources: [Folder, string, Record<string, number>][] = [
    ["kernel", "boot.asm", {}],
    ["kernel", "kernel.asm", {}],
    ["kernel", "kernel.asm", { VANILLA: 1 }],
    ["kernel", "kernel.asm", { DEVICES: 1 }],
    ["kernel", "kernel.asm", { SSE: 1 }],
    ["kernel", "kernel.asm", { CONTAINER: 1 }],
    ["programs", "answer.asm", {}],
    ["io", "io.asm", {}],
    ["io", "io.asm", { DRIVER_VIRTIO_BLK: 1 }],
    ["io", "io.asm", { PLATFORM_XEN: 1 }],
    ["io", "net.asm", { PLATFORM_XEN: 1 }],
    ["io", "net.asm", { INTERRUPTS_IOAPIC: 1 }],
    ["io", "net.asm", { DRIVER_VIRTIO_NET: 1, INTERRUPTS_MSIX: 1 }],
    ["nano", "nano.asm", {}],
    ["nano", "nano.asm", { LONG: 1 }],
    ...([{}, { SYSENTER: 1 }] as Record<string, number>[]).flatMap((defines) =>
      [...workloads, ...deviceWorkloads, ...sseWorkloads].map(
        ({ name }): [Folder, string, Record<string, number>] => ["workloads", `${name}.asm`, defines],
      ),
    ),
  ];
  test.each(sources)("%s/%s %o", (where, name, defines) => {
    expect(Buffer.from(assembleSource(where, name, defines).bytes).equals(nasm(where, name, defines))).toBe(
      true,
    );
  });
});
