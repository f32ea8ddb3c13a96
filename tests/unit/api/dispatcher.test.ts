import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommandDispatcher, TooManyPendingError } from "../../../api/dispatch/dispatcher.ts";
import { NotSentError, UncertainError } from "../../../engine/ports.ts";
import { decodeCommandMessage } from "../../../engine/wire/message.ts";
import { KeptMessages } from "../../support/api-app.ts";
import { replyTo } from "../../support/replies.ts";

let publisher: KeptMessages;
let confirm: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  publisher = new KeptMessages();
  confirm = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function dispatcher(options: { maxPending?: number } = {}): CommandDispatcher {
  return new CommandDispatcher({
    publisher,
    clock: { nowMs: () => Date.now() },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    confirmTimeoutMs: 1_000,
    resultTimeoutMs: 2_000,
    maxCommandsPerMessage: 5,
    maxUnconfirmed: 2,
    ...options,
  });
}

/** Confirms come when the test says so. */
function holdConfirms(): void {
  publisher.onPublish = () => new Promise((resolve) => confirm.push(resolve));
}

let made = 0;
function command(): { readonly id: string; readonly bytes: Uint8Array } {
  made += 1;
  return { id: randomUUID(), bytes: Uint8Array.of(made & 0xff) };
}

/** Lets the event loop turn, as it does between requests. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

const sizes = () => publisher.published.map(({ message }) => decodeCommandMessage(message)?.commands.length);
const bytesOf = (index: number) =>
  decodeCommandMessage(publisher.published[index]?.message ?? new Uint8Array(0))?.commands.map(
    (each) => each[0],
  );

test("what is sent in one turn goes out as one message, in order", async () => {
  const sender = dispatcher();
  const commands = [command(), command(), command()];
  for (const one of commands) sender.send("main", [one], false);
  expect(publisher.published).toEqual([]);
  await turn();
  expect(sizes()).toEqual([3]);
  expect(bytesOf(0)).toEqual(commands.map((one) => one.bytes[0]));
});

test("while two messages wait for their confirms the rest is collected", async () => {
  holdConfirms();
  const sender = dispatcher();
  for (let round = 0; round < 4; round += 1) {
    sender.send("main", [command()], false);
    await turn();
  }
  expect(sizes()).toEqual([1, 1]);
  sender.send("other", [command()], false);
  await turn();
  expect(sizes()).toEqual([1, 1, 1]);
  confirm[0]?.();
  await turn();
  expect(sizes()).toEqual([1, 1, 1, 2]);
});

test("a message takes no more than its commands, and no call is cut in two", async () => {
  const sender = dispatcher();
  sender.send("main", [command(), command(), command()], false);
  sender.send("main", [command(), command(), command()], false);
  sender.send("main", Array.from({ length: 9 }, command), false);
  await turn();
  expect(sizes()).toEqual([3, 3, 9]);
});

test("what is sent again goes in a message of its own that says so, and keeps its turn", async () => {
  const sender = dispatcher();
  sender.send("main", [command()], false);
  sender.send("main", [command()], true);
  sender.send("main", [command()], false);
  await turn();
  expect(publisher.published.map(({ message }) => decodeCommandMessage(message)?.resent)).toEqual([
    false,
    true,
    false,
  ]);
});

test("an outcome settles its command, whichever comes first, confirm or reply", async () => {
  holdConfirms();
  const sender = dispatcher();
  const one = command();
  const { confirmed, settled } = sender.send("main", [one], false);
  await turn();
  publisher.reply(replyTo(one.id));
  expect(await settled[0]).toMatchObject({ kind: "outcome", outcome: { commandId: one.id } });
  confirm[0]?.();
  expect(await confirmed).toBe("durable");
  expect(sender.pending).toBe(0);
});

test("the same command sent twice at once settles both times", async () => {
  const sender = dispatcher();
  const one = command();
  const first = sender.send("main", [one], false);
  const second = sender.send("main", [one], true);
  await turn();
  publisher.reply(replyTo(one.id));
  expect((await first.settled[0])?.kind).toBe("outcome");
  expect((await second.settled[0])?.kind).toBe("outcome");
});

test("what certainly was not sent is told at once; what may have been is waited for", async () => {
  const sender = dispatcher();
  publisher.onPublish = () => Promise.reject(new NotSentError("away"));
  const lost = sender.send("main", [command()], false);
  await turn();
  expect(await lost.confirmed).toBe("not-sent");
  expect(await lost.settled[0]).toEqual({ kind: "not-sent" });

  publisher.onPublish = () => Promise.reject(new UncertainError("cut off"));
  const one = command();
  const doubtful = sender.send("main", [one], false);
  await turn();
  expect(await doubtful.confirmed).toBe("uncertain");
  publisher.reply(replyTo(one.id));
  expect((await doubtful.settled[0])?.kind).toBe("outcome");
});

test("no wait is without an end: an answer that does not come is uncertain", async () => {
  const sender = dispatcher();
  const { confirmed, settled } = sender.send("main", [command()], false);
  await turn();
  expect(await confirmed).toBe("durable");
  await vi.advanceTimersByTimeAsync(2_100);
  expect(await settled[0]).toEqual({ kind: "uncertain" });
  expect(sender.pending).toBe(0);
});

test("a confirm that does not come is uncertain; what waited behind it was certainly not sent", async () => {
  holdConfirms();
  const sender = dispatcher();
  const sent = sender.send("main", [command()], false);
  await turn();
  sender.send("main", [command()], false);
  await turn();
  const behind = sender.send("main", [command()], false);
  await turn();
  await vi.advanceTimersByTimeAsync(1_100);
  expect(await sent.confirmed).toBe("uncertain");
  expect(await behind.confirmed).toBe("not-sent");
  expect(await behind.settled[0]).toEqual({ kind: "not-sent" });
  for (const one of confirm) one();
  await turn();
  expect(sizes()).toEqual([1, 1]);
});

test("what waits is bounded: beyond it nothing is taken", async () => {
  holdConfirms();
  const sender = dispatcher({ maxPending: 3 });
  sender.send("main", [command(), command()], false);
  expect(() => sender.send("main", [command(), command()], false)).toThrow(TooManyPendingError);
  sender.send("main", [command()], false);
  expect(sender.pending).toBe(3);
});

test("bytes that are no reply disturb nobody", async () => {
  const sender = dispatcher();
  const one = command();
  const { settled } = sender.send("main", [one], false);
  await turn();
  publisher.reply(Uint8Array.of(1, 2, 3));
  publisher.reply(new Uint8Array(0));
  publisher.reply(replyTo(randomUUID()));
  publisher.reply(replyTo(one.id));
  expect((await settled[0])?.kind).toBe("outcome");
});
