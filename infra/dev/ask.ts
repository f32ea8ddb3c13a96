import process from "node:process";
import { createInterface } from "node:readline/promises";

/** Asks the person at the terminal; "" where there is none. */
export async function ask(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) return "";
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
