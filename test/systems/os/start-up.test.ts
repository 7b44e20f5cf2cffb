/** Every call of a container's start is granted: by the model, and by the kernel below this test. */
import { expect, test } from "vitest";
import { startContainer, startLines, worldWithImage } from "../../../src/systems/os/index.ts";
import { realKernel } from "../../virt/os/real/kernel.ts";

const IMAGE = { layers: ["/image"] };
const LAYER = [
  ...["/image", "/image/bin", "/image/etc"].map((path) => `init: mkdir ${path} 755`),
  ...["hosts", "hostname", "resolv.conf"].map((name) => `init: write /image/etc/${name} x`),
  "init: program /image/bin/program 755",
];

test("in the model, one after another; the same calls each time", () => {
  const world = worldWithImage("/image", { files: 1 });
  expect(["c1", "c2"].map((name) => startContainer(world, name, IMAGE))).toEqual([92, 92]);
  expect(world.perform("c2: read /etc/hosts")).toBe('ok "x"');
  expect(world.perform("c2: gethostname")).toBe('ok "c2"');
  expect(world.perform("c2: getpid")).toBe("ok 1");
  expect(world.perform("c2: ls /")).toBe("ok bin data dev etc proc sys");
  expect(world.perform("c2: links")).toMatch(/^ok 1:lo:up \d+:eth0:up$/);
  expect(world.perform("c2: cap SYS_ADMIN")).toBe("ok no");
  expect(world.perform("c2: mount none /dev tmpfs none -")).toBe("EPERM");
});

test("on a real kernel", (context) => {
  const kernel = realKernel();
  if (!kernel) return context.skip("needs root, gcc and namespaces");
  const lines = [...LAYER, ...startLines("c1", IMAGE).map(({ line }) => line)];
  const answers = kernel.perform(lines);
  kernel.close();
  const refused = lines
    .map((line, at) => `${line} => ${answers[at]}`)
    .filter((_, at) => !/^ok/.test(answers[at]!));
  expect(refused).toEqual([]);
});
