import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { patience } from "../../grader/patience.ts";

function beBusy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test("who does not answer is late, once", async () => {
  const late = vi.fn();
  patience(40, late);
  await sleep(10);
  expect(late).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(late).toHaveBeenCalledTimes(1));
  await sleep(100);
  expect(late).toHaveBeenCalledTimes(1);
});

test("our own work is not the other's delay", async () => {
  const late = vi.fn();
  const calm = patience(200, late);
  await sleep(1);
  beBusy(400);
  await new Promise(setImmediate);
  expect(late).not.toHaveBeenCalled();
  calm();
});

test("an answer that came while we were busy is heard before the limit", async () => {
  const late = vi.fn();
  const calm = patience(20, late);
  const answered = new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      calm();
      port1.close();
      resolve();
    };
    setTimeout(() => {
      port2.postMessage("done");
      beBusy(100);
    }, 15);
  });
  await answered;
  await sleep(60);
  expect(late).not.toHaveBeenCalled();
});

test("nobody who has answered is late", async () => {
  const late = vi.fn();
  patience(20, late)();
  await sleep(60);
  expect(late).not.toHaveBeenCalled();
});
