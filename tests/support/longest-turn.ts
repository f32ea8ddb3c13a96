import process from "node:process";

/**
 * How long this process was kept busy between two turns of its timers while something ran, at most, in milliseconds of
 * its processor time: on a busy machine the clock goes on while nothing runs here.
 */
export async function longestTurnMs(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let usage = process.cpuUsage();
  let atMs = performance.now();
  const look = (): void => {
    const { user, system } = process.cpuUsage(usage);
    longest = Math.max(longest, Math.min((user + system) / 1_000, performance.now() - atMs));
    usage = process.cpuUsage();
    atMs = performance.now();
  };
  const timer = setInterval(look, 1);
  try {
    await work();
    look();
    return longest;
  } finally {
    clearInterval(timer);
  }
}
