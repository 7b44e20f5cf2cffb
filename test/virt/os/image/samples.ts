/** Archives, images and trees for tests. */
import { packTar, type TarHeader } from "modern-tar";
import { readdir, readlink } from "../../../../src/virt/os/calls/files.ts";
import { resolve } from "../../../../src/virt/os/fs/path.ts";
import { boot } from "../../../../src/virt/os/kernel.ts";
import type { Task } from "../../../../src/virt/os/task.ts";

export type Part = Partial<TarHeader> & { name: string; body?: string };

/** A tar archive of these parts; a part without a type is a file, or by its name a directory. */
export const tarOf = (...parts: Part[]): Promise<Uint8Array> =>
  packTar(
    parts.map(({ body = "", ...header }) => ({
      header: {
        mtime: new Date(0),
        size: body.length,
        type: header.name.endsWith("/") ? "directory" : "file",
        ...header,
      },
      body,
    })),
  );

export const link = (name: string, linkname: string): Part => ({ name, type: "link", linkname });
export const symlink = (name: string, linkname: string): Part => ({ name, type: "symlink", linkname });

/** Everything below a directory as the task sees it: "name type mode content". */
export function listing(task: Task, path: string): string[] {
  return [...readdir(task, path)].sort().flatMap((name) => {
    const here = `${path === "/" ? "" : path}/${name}`;
    const { inode } = resolve(task, here, false);
    const { type, attributes, size, device } = inode;
    const content =
      type === "file"
        ? ` "${new TextDecoder().decode(inode.read(0, size))}"`
        : type === "symlink"
          ? ` -> ${readlink(task, here)}`
          : device
            ? ` ${device.join(":")}`
            : "";
    const opaque = inode.getXattr("trusted.overlay.opaque") ? " opaque" : "";
    const line = `${here} ${type} ${attributes.mode.toString(8)}${content}${opaque}`;
    return type === "directory" ? [line, ...listing(task, here)] : [line];
  });
}

export const host = (): Task => boot();
export const CONFIG = {
  architecture: "amd64",
  os: "linux",
  config: { Cmd: ["/bin/true"], Env: ["PATH=/bin"] },
};
