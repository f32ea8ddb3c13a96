/**
 * A private RabbitMQ on free ports.
 *
 * Erlang nodes of one machine normally share a port mapper (epmd), a cookie in the home folder and a name; every
 * one of these is this broker's own, so that any number of them run side by side, and all of it listens on
 * loopback only.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { connect } from "amqplib";
import { freePorts } from "../../embedded/free-ports.ts";
import { type PrivateService, startService, temporaryFolder } from "./private-service.ts";
import { type ServiceProcess, startProcess } from "./process.ts";
import { provideProgram } from "./programs.ts";

const run = promisify(execFile);

/** How the broker's own command line tool is run, by this process or another one. */
export interface RabbitmqControl {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A private RabbitMQ and its command line tool. */
export interface PrivateRabbitmq extends PrivateService {
  readonly control: RabbitmqControl;
}

/** Starts a RabbitMQ that nobody else uses. */
export async function startRabbitmq(): Promise<PrivateRabbitmq> {
  const serverProgram = await provideProgram("rabbitmq-server");
  const epmdProgram = await provideProgram("epmd");
  let control: RabbitmqControl | undefined;

  const service = await startService(async () => {
    const folder = temporaryFolder("rabbitmq");
    const [port = 0, distributionPort = 0, epmdPort = 0] = await freePorts(3);
    const env = writeSettings(folder, { port, distributionPort, epmdPort });
    control = { program: join(dirname(serverProgram), "rabbitmqctl"), args: ["--quiet"], env };
    const url = `amqp://guest:guest@127.0.0.1:${port}`;
    let epmd: ServiceProcess | undefined;

    return {
      kind: "RabbitMQ",
      url,
      origin: serverProgram,
      folder,
      stopSignal: "SIGTERM",
      async launch() {
        // Left to itself the node would start a port mapper that outlives it.
        if (!epmd?.isRunning()) {
          const args = ["-port", String(epmdPort), "-address", "127.0.0.1"];
          epmd = await startProcess({ name: "epmd", program: epmdProgram, args, env });
        }
        return startProcess({ name: "rabbitmq", program: serverProgram, args: [], env, cwd: folder, folder });
      },
      greet: () => rabbitmqVersion(url),
      async cleanUp() {
        await epmd?.stop();
      },
    };
  });
  return Object.assign(service, { control: control as RabbitmqControl });
}

/** Runs the broker's command line tool, as in `runRabbitmqControl(control, "add_vhost", "x")`. */
export async function runRabbitmqControl(control: RabbitmqControl, ...args: string[]): Promise<string> {
  const { stdout } = await run(control.program, [...control.args, ...args], { env: { ...control.env } });
  return stdout;
}

/** Asks a broker for its version, which it says when greeting. */
export async function rabbitmqVersion(url: string): Promise<string> {
  const connection = await connect(url, { timeout: 5_000 });
  connection.on("error", () => undefined); // it is closed at once; nothing depends on it
  const { version } = connection.connection.serverProperties;
  await connection.close();
  return String(version);
}

interface Ports {
  readonly port: number;
  readonly distributionPort: number;
  readonly epmdPort: number;
}

/** Writes the broker's settings into its folder, and says which environment makes it use them and nothing else. */
function writeSettings(folder: string, { port, distributionPort, epmdPort }: Ports): Record<string, string> {
  const inFolder = (name: string) => join(folder, name);
  mkdirSync(inFolder("log"));
  writeFileSync(inFolder(".erlang.cookie"), randomBytes(16).toString("hex"), { mode: 0o400 });
  writeFileSync(inFolder("enabled_plugins"), "[].\n");
  writeFileSync(inFolder("advanced.config"), "[].\n");
  writeFileSync(inFolder("env.conf"), "");
  writeFileSync(
    inFolder("rabbitmq.conf"),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      "log.file = false",
      "log.console = true",
      "log.console.level = warning",
      // A machine short of disk must fail a test by its own assertion, not by a broker that blocks everyone.
      "disk_free_limit.absolute = 20MB",
      "",
    ].join("\n"),
  );
  return {
    PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: folder,
    LANG: "C.UTF-8",
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: `trade-engine-${port}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONFIG_FILE: inFolder("rabbitmq.conf"),
    RABBITMQ_ADVANCED_CONFIG_FILE: inFolder("advanced.config"),
    RABBITMQ_CONF_ENV_FILE: inFolder("env.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder("enabled_plugins"),
    RABBITMQ_MNESIA_BASE: inFolder("mnesia"),
    RABBITMQ_LOG_BASE: inFolder("log"),
    RABBITMQ_PID_FILE: inFolder("pid"),
    // Schedulers that do not spin while idle: on two cores their spinning is taken from what is tested.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
    RABBITMQ_CTL_ERL_ARGS: "+sbwt none",
  };
}
