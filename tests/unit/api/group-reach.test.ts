import { describe, expect, test } from "vitest";
import { GroupReach } from "../../../api/group-reach.ts";
import { NotSentError, UncertainError } from "../../../engine/ports.ts";
import { decodeCommandMessage } from "../../../engine/wire/message.ts";

describe("readiness of the groups' queues", () => {
  test("is missing while one of them is, and asks no more of those found", async () => {
    const declared = new Set(["main"]);
    const asked: string[] = [];
    const reach = new GroupReach(
      {
        publish: (group, message) => {
          expect(decodeCommandMessage(message)?.commands).toEqual([]);
          asked.push(group);
          return declared.has(group) ? Promise.resolve() : Promise.reject(new NotSentError("returned"));
        },
      },
      () => Promise.resolve(["main", "alts", "main"]),
    );
    expect(await reach.reachesAll()).toBe(false);
    declared.add("alts");
    expect(await reach.reachesAll()).toBe(true);
    expect(await reach.reachesAll()).toBe(true);
    expect(asked).toEqual(["main", "alts", "alts"]);
  });

  test("is unknown, not there, while the broker does not say", async () => {
    let answer: () => Promise<void> = () => Promise.reject(new UncertainError("no confirm"));
    const reach = new GroupReach({ publish: () => answer() }, () => Promise.resolve(["main"]));
    await expect(reach.reachesAll()).rejects.toThrow(UncertainError);
    answer = () => Promise.resolve();
    expect(await reach.reachesAll()).toBe(true);
  });
});
