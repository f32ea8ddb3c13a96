/**
 * Columns that grow page by page: what is there is never copied, so growth costs the same at a
 * million rows as at a thousand, and no command waits for it.
 */
const PAGE_SHIFT = 12;
const PAGE_SIZE = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_SIZE - 1;

/** 32-bit signed integers by index; an index never set reads as the fill value. */
export class IntColumn {
  readonly #pages: Int32Array[] = [];
  readonly #fill: number;

  constructor(fill: number) {
    this.#fill = fill;
  }

  get(index: number): number {
    const page = this.#pages[index >>> PAGE_SHIFT];
    return page === undefined ? this.#fill : page[index & PAGE_MASK]!;
  }

  set(index: number, value: number): void {
    const page = this.#pages[index >>> PAGE_SHIFT] ?? this.#grow(index >>> PAGE_SHIFT);
    page[index & PAGE_MASK] = value;
  }

  #grow(page: number): Int32Array {
    while (this.#pages.length <= page) {
      const fresh = new Int32Array(PAGE_SIZE);
      if (this.#fill !== 0) fresh.fill(this.#fill);
      this.#pages.push(fresh);
    }
    return this.#pages[page]!;
  }
}

/** Texts by index; an index never set reads as "". */
export class TextColumn {
  readonly #pages: (string[] | undefined)[] = [];

  get(index: number): string {
    return this.#pages[index >>> PAGE_SHIFT]?.[index & PAGE_MASK] ?? "";
  }

  set(index: number, value: string): void {
    const at = index >>> PAGE_SHIFT;
    while (this.#pages.length <= at) this.#pages.push(undefined);
    let page = this.#pages[at];
    if (page === undefined) {
      page = new Array<string>(PAGE_SIZE).fill("");
      this.#pages[at] = page;
    }
    page[index & PAGE_MASK] = value;
  }
}
