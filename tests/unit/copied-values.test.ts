import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CopiedValues } from "../../db/copied-values.ts";

/** As PostgreSQL writes `copy … to stdout (format binary)` with one column. */
function binaryCopy(values: readonly Uint8Array[]): Buffer {
  const rows = values.map((value) => {
    const head = Buffer.alloc(6);
    head.writeInt16BE(1);
    head.writeInt32BE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat([
    Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"),
    Buffer.alloc(8),
    ...rows,
    Buffer.from([0xff, 0xff]),
  ]);
}

describe("the values of a binary COPY", () => {
  it("come out whole wherever the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
        (values, cuts) => {
          const stream = binaryCopy(values);
          const copied = new CopiedValues();
          const found: Uint8Array[] = [];
          for (let at = 0; at < stream.length; ) {
            const step = Number(cuts.next().value);
            found.push(...copied.in(stream.subarray(at, at + step)));
            at += step;
          }
          expect(Buffer.concat(found).equals(Buffer.concat(values))).toBe(true);
        },
      ),
    );
  });
});
