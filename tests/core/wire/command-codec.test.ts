import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Command } from "../../../engine/core/command.ts";
import { CommandKind } from "../../../engine/core/terms.ts";
import { decodeCommand, encodeCommand, salvageCommandId } from "../../../engine/wire/command-codec.ts";
import {
  decodeCommandMessage,
  encodeCommandMessage,
  TICK_MESSAGE,
  TRACE_PLACE_BYTES,
} from "../../../engine/wire/message.ts";
import { anyCommand } from "./commands.ts";

/** A record with every field set to something, so that what is not reset shows. */
function dirtyCommand(): Command {
  const command = new Command();
  command.kind = CommandKind.KillSwitch;
  Object.assign(command.id, { a: 1, b: 2, c: 3, d: 4 });
  Object.assign(command.target, { a: 1, b: 2, c: 3, d: 4 });
  Object.assign(command, {
    sequence: 9,
    timeMs: 9,
    symbol: 9,
    userId: "left over",
    targetClientOrderId: "left over",
    amendMask: 9,
    stopOnFailure: false,
    byAdmin: true,
    cancelReason: 9,
    enabled: true,
    status: 2,
    code: 9,
  });
  for (const order of [command.order, command.stopLeg]) {
    Object.assign(order.id, { a: 1, b: 2, c: 3, d: 4 });
    Object.assign(order, {
      clientOrderId: "left over",
      side: 1,
      type: 4,
      timeInForce: 4,
      selfTradePrevention: 4,
      postOnly: true,
      price: 9,
      quantity: 9,
      quoteQuantity: 9n,
      displayQuantity: 9,
      stopPrice: 9,
      trailingDelta: 9,
      trailingAmount: 9,
      activationPrice: 9,
      expireAtMs: 9,
    });
  }
  return command;
}

describe("commands on the wire", () => {
  it("every command of every kind comes back as it was, with nothing left of what was decoded before", () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        const bytes = encodeCommand(command);
        const into = dirtyCommand();
        expect(decodeCommand(bytes, 0, bytes.length, into)).toBe(true);
        expect(into).toEqual(command);
      }),
      { numRuns: 2_000 },
    );
  });

  it("decodes at an offset inside other bytes", () => {
    fc.assert(
      fc.property(
        anyCommand,
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        (command, before, after) => {
          const bytes = encodeCommand(command);
          const around = new Uint8Array([...before, ...bytes, ...after]);
          const into = new Command();
          expect(decodeCommand(around, before.length, bytes.length, into)).toBe(true);
          expect(into).toEqual(command);
        },
      ),
    );
  });

  it("no prefix of a command and no command with a byte behind it is a command", () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        const bytes = encodeCommand(command);
        const into = new Command();
        for (let length = 0; length < bytes.length; length++) {
          expect(decodeCommand(bytes, 0, length, into)).toBe(false);
        }
        expect(decodeCommand(new Uint8Array([...bytes, 0]), 0, bytes.length + 1, into)).toBe(false);
        expect(into).toEqual(new Command());
      }),
      { numRuns: 300 },
    );
  });

  it("whatever bytes arrive, decoding refuses them whole or takes a command that encodes to the same bytes", () => {
    fc.assert(
      fc.property(
        anyCommand,
        fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        (command, flips) => {
          const bytes = encodeCommand(command);
          for (const [at, value] of flips) bytes[at % bytes.length] = value;
          expectSound(bytes);
        },
      ),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (tail) => {
        expectSound(tail);
        expectSound(new Uint8Array([1, ...tail]));
      }),
      { numRuns: 5_000 },
    );
  });

  it("a range outside the bytes is refused", () => {
    const into = new Command();
    expect(decodeCommand(new Uint8Array(4), 2, 9, into)).toBe(false);
    expect(decodeCommand(new Uint8Array(4), -1, 2, into)).toBe(false);
  });

  it("a text that PostgreSQL could not hold is refused", () => {
    const command = new Command();
    command.kind = CommandKind.KillSwitch;
    command.id.d = 1;
    for (const userId of ["a\u0000b", "\n", "\u007f"]) {
      command.userId = userId;
      const bytes = encodeCommand(command);
      expect(decodeCommand(bytes, 0, bytes.length, new Command())).toBe(false);
    }
  });

  it("the id can be had from bytes whose rest is broken", () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        const bytes = encodeCommand(command).slice(0, 18);
        const id = { a: 0, b: 0, c: 0, d: 0 };
        expect(salvageCommandId(bytes, id)).toBe(true);
        expect(id).toEqual(command.id);
        expect(salvageCommandId(bytes.subarray(0, 17), id)).toBe(false);
      }),
    );
  });
});

function expectSound(bytes: Uint8Array): void {
  const into = dirtyCommand();
  if (decodeCommand(bytes, 0, bytes.length, into)) expect(encodeCommand(into)).toEqual(new Uint8Array(bytes));
  else expect(into).toEqual(new Command());
}

describe("messages on the wire", () => {
  it("come back with their address, mark and commands", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 5 }), fc.boolean(), (commands, resent) => {
        const encoded = commands.map((command) => encodeCommand(command));
        const bytes = encodeCommandMessage({ replyAddress: "pod.1", resent, commands: encoded });
        expect(decodeCommandMessage(bytes)).toEqual({ replyAddress: "pod.1", resent, commands: encoded });
      }),
    );
  });

  it("come back with each command's place in its trace, where they are traced", () => {
    const commands = [new Uint8Array([1]), new Uint8Array([2])];
    const traces = [new Uint8Array(TRACE_PLACE_BYTES).fill(7), new Uint8Array(0)];
    const message = { replyAddress: "pod.1", resent: true, commands, traces };
    const bytes = encodeCommandMessage(message);
    expect(decodeCommandMessage(bytes)).toEqual(message);
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeCommandMessage(bytes.subarray(0, length))).toBeNull();
    }
    expect(() => encodeCommandMessage({ ...message, traces: traces.slice(1) })).toThrow(RangeError);
  });

  it("without commands are the tick", () => {
    expect(decodeCommandMessage(TICK_MESSAGE)).toEqual({ replyAddress: "", resent: false, commands: [] });
  });

  it("that are anything else are null, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (tail) => {
        decodeCommandMessage(tail);
        const message = decodeCommandMessage(new Uint8Array([1, ...tail]));
        if (message) expect(encodeCommandMessage(message)).toEqual(new Uint8Array([1, ...tail]));
      }),
      { numRuns: 5_000 },
    );
    expect(decodeCommandMessage(new Uint8Array(0))).toBeNull();
    expect(decodeCommandMessage(new Uint8Array([...TICK_MESSAGE, 0]))).toBeNull();
  });
});
