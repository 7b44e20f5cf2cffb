/** Mounts of the machine. */
import { readFile } from "node:fs/promises";
import { must } from "./child.ts";

/** Mount points, in the order in which they were mounted. Empty where there is no /proc. */
export async function mountPoints(): Promise<string[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) =>
      (line.split(" ")[4] as string).replace(/\\([0-7]{3})/g, (_, octal) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    );
}

/** Unmounts what an engine that was killed left at or below `folder`. */
export async function unmountBelow(folder: string): Promise<void> {
  const below = (await mountPoints()).filter((point) => point === folder || point.startsWith(`${folder}/`));
  for (const point of below.reverse()) await must(["umount", "--lazy", point]);
}
