/** Long work in steps of some milliseconds: whoever runs them may see to other things in between. */
export type Steps<T> = Generator<void, T>;

/** Runs them all, without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
