// Why an HTTP server cannot listen.
import { AiexError } from "../errors.ts";

/** Another program has the port. */
export class PortTaken extends AiexError {
  readonly code = "port_taken";
  constructor(host: string, port: number) {
    super(`Port ${port} of ${host} is taken by another program. Stop that one, or name another port.`, {
      details: { host, port },
    });
  }
}

/** The system does not let this program listen there. */
export class ListenDenied extends AiexError {
  readonly code = "listen_denied";
  constructor(host: string, port: number, why: string) {
    super(`The system does not let this program listen at ${host}, port ${port}: ${why}. Name another one.`, {
      details: { host, port },
    });
  }
}
