/** What tests are told about each service they run against. It crosses from one process to another: plain data. */

/** A server to test against. */
export interface TestService {
  readonly url: string;
  readonly version: string;
  /** Where it came from, in words. */
  readonly origin: string;
}

/** How to run a broker's own command line tool. */
export interface BrokerControl {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A RabbitMQ, whose command line tool is at hand unless the broker was given by its URL. */
export interface TestBroker extends TestService {
  readonly control: BrokerControl | undefined;
}

/** All the services of a test run. */
export interface TestServices {
  readonly postgres: TestService;
  readonly redis: TestService;
  readonly rabbitmq: TestBroker;
}

/** A service and how to end it, if it is ours to end. */
export interface Started<T extends TestService> {
  readonly service: T;
  end(): Promise<void>;
}

declare module "vitest" {
  interface ProvidedContext {
    services: TestServices;
  }
}
