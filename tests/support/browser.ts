import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { type Browser, chromium } from "playwright-core";

/**
 * A real browser for the tests: the one that TEST_BROWSER names, else a Chromium or Chrome on this
 * machine, else Debian's or Ubuntu's, installed where that can be done. It never goes without.
 */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FOLDERS = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Starts it, without a window. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: provideBrowser(),
    // Chromium refuses its sandbox as root, which is who runs tests in a container.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
}

function provideBrowser(): string {
  const given = process.env["TEST_BROWSER"];
  if (given !== undefined) return given;
  const found = findBrowser();
  if (found !== undefined) return found;
  const advice = "Please install Chromium or Chrome, or name its program in TEST_BROWSER.";
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(`There is no browser on this machine. ${advice}`);
  }
  console.error("Installing chromium with apt-get …");
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"] as const,
  };
  const aptGet = (...args: string[]) =>
    execFileSync("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], {
      ...options,
      stdio: [...options.stdio],
    });
  aptGet("update");
  aptGet("install", "-y", "--no-install-recommends", "chromium");
  const installed = findBrowser();
  if (installed === undefined)
    throw new Error(`Chromium is not where its package should have put it. ${advice}`);
  return installed;
}

function findBrowser(): string | undefined {
  const folders = [...FOLDERS, ...(process.env["PATH"] ?? "").split(delimiter)];
  const candidates = [
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...APPLICATIONS,
  ];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
